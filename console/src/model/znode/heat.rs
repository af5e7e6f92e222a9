//! How large and how wide a znode is, at a glance.
//!
//! A logarithmic bar: what hurts a member is a power of ten above what does not. ZooKeeper's
//! own limit is the bound of a packet, 1 MiB, for a znode's data as for a list of children.

use crate::model::tree::WIDE_FAMILY;

/// How much it should be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heat {
    /// Nothing at all: no mark.
    None,
    Usual,
    /// Worth a look: a tenth of what a packet may carry.
    Warm,
    /// Near a limit: the next write or list may fail.
    Hot,
}

/// Bars of rising height; each has a twin in ASCII.
const BARS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '█'];

/// Data from which on it is warm and hot, bytes.
const DATA: (i32, i32) = (100 << 10, 512 << 10);
/// Children from which on it is warm and hot.
const CHILDREN: (i32, i32) = (1000, WIDE_FAMILY);

/// Of data of so many bytes.
#[must_use]
pub fn of_data(bytes: i32) -> (Heat, char) {
    (heat(bytes, DATA), bar(bytes, 1 << 20))
}

/// Of so many children.
#[must_use]
pub fn of_children(children: i32) -> (Heat, char) {
    (heat(children, CHILDREN), bar(children, WIDE_FAMILY))
}

fn heat(value: i32, (warm, hot): (i32, i32)) -> Heat {
    if value <= 0 {
        Heat::None
    } else if value < warm {
        Heat::Usual
    } else if value < hot {
        Heat::Warm
    } else {
        Heat::Hot
    }
}

fn bar(value: i32, full: i32) -> char {
    if value <= 0 {
        return ' ';
    }
    let share = f64::from(value).ln_1p() / f64::from(full).ln_1p();
    let step = (share * BARS.len() as f64).ceil() as usize;
    BARS[step.clamp(1, BARS.len()) - 1]
}

/// Bytes in at most five columns: `17`, `4.2K`, `120K`, `1.0M`.
#[must_use]
pub fn short_bytes(bytes: i32) -> String {
    let value = f64::from(bytes.max(0));
    match bytes {
        ..1024 => format!("{}", bytes.max(0)),
        1024..10_240 => format!("{:.1}K", value / 1024.0),
        10_240..1_048_576 => format!("{:.0}K", value / 1024.0),
        _ => format!("{:.1}M", value / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_rises_with_the_power_of_ten() {
        assert_eq!(of_data(0), (Heat::None, ' '));
        let bars: Vec<char> = [1, 100, 10_000, 1 << 20, i32::MAX]
            .into_iter()
            .map(|bytes| of_data(bytes).1)
            .collect();
        assert_eq!(bars, ['▁', '▃', '▅', '█', '█']);
        assert_eq!(of_data(100 << 10).0, Heat::Warm);
        assert_eq!(of_children(WIDE_FAMILY).0, Heat::Hot);
    }

    #[test]
    fn bytes_are_short() {
        let shown: Vec<String> = [0, 1023, 4300, 122_880, 1 << 20].map(short_bytes).into();
        assert_eq!(shown, ["0", "1023", "4.2K", "120K", "1.0M"]);
    }
}
