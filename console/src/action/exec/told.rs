//! A field of a member's answer, as an operator reads it.

use serde_json::Value;

use crate::model::clock::{age, time_of_day};

/// `until 14:05:10 UTC, 5 m 0 s`, `took 0.1 s`, `current epoch 5`.
pub(super) fn told(name: &str, value: &Value, now_wall_ms: i64) -> String {
    let said = || match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let words = |name: &str| name.replace('_', " ");
    match (name.strip_suffix("_ms"), value.as_u64()) {
        (Some(name), Some(ms)) if name.ends_with("until") => {
            format!("{} {}", words(name), until(ms, now_wall_ms))
        }
        (Some(name), Some(ms)) => format!("{} {}", words(name), age(ms)),
        _ => format!("{} {}", words(name), said()),
    }
}

/// When that is, and how long it is until then: `14:05:10 UTC, 5 m 0 s`.
pub(in crate::action) fn until(ms: u64, now_wall_ms: i64) -> String {
    let at = i64::try_from(ms).unwrap_or(i64::MAX);
    let left = u64::try_from(at.saturating_sub(now_wall_ms)).unwrap_or(0);
    format!("{} UTC, {}", time_of_day(at), age(left))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_told_as_times_and_words_as_words() {
        // 2026-11-22 14:00:10 UTC.
        let now = 1_795_356_010_000;
        let told = |name, value| told(name, &value, now);
        assert_eq!(
            told("until_ms", json!(now + 300_000)),
            "until 14:05:10 UTC, 5 m 0 s"
        );
        assert_eq!(told("took_ms", json!(118)), "took 0.1 s");
        assert_eq!(told("zxid", json!("0x50000002a")), "zxid 0x50000002a");
        assert_eq!(told("current_epoch", json!(5)), "current epoch 5");
        assert_eq!(told("until_ms", json!(null)), "until ms null");
        assert_eq!(
            told("until_ms", json!(u64::MAX)).split(' ').next(),
            Some("until")
        );
    }
}
