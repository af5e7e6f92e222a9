//! A metric's value in few columns.

use crate::{model::metrics::Metric, text::count};

/// With `/s` where it is a rate.
pub(super) fn with_unit(value: f64, metric: &Metric) -> String {
    let unit = if metric.is_counter { "/s" } else { "" };
    format!("{}{unit}", shown(value))
}

/// In at most seven columns where that is possible: `1,234`, `12.3`, `4.5M`.
fn shown(value: f64) -> String {
    let size = value.abs();
    if size >= 1e9 {
        format!("{:.1}G", value / 1e9)
    } else if size >= 1e6 {
        format!("{:.1}M", value / 1e6)
    } else if size >= 100.0 || value.fract() == 0.0 {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}{}", count(size.round() as u64))
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_short() {
        let all: Vec<String> = [0.0, 0.25, 12.34, 1234.0, 4_500_000.0, 7.2e9, -3.0]
            .into_iter()
            .map(shown)
            .collect();
        assert_eq!(all, ["0", "0.2", "12.3", "1,234", "4.5M", "7.2G", "-3"]);
    }
}
