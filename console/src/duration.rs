//! Times as operators type them: `90s`, `30m`, `2h`, `1d`.

const SECOND_MS: u64 = 1000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
/// A day, milliseconds.
pub const DAY_MS: u64 = 24 * HOUR_MS;

/// A time of one number and one unit, in milliseconds: from 1 s to so many days.
///
/// # Errors
/// In words, what was expected.
pub fn parse_ms(text: &str, most_days: u64) -> Result<u64, String> {
    let wrong = || format!("expected a time such as 90s, 30m or 2h, found \"{text}\"");
    let unit_ms = match text.chars().last() {
        Some('s') => SECOND_MS,
        Some('m') => MINUTE_MS,
        Some('h') => HOUR_MS,
        Some('d') => DAY_MS,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    match number.checked_mul(unit_ms) {
        Some(ms) if (1..=most_days * DAY_MS).contains(&ms) => Ok(ms),
        _ => Err(format!("expected 1s to {most_days}d, found \"{text}\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_an_end() {
        assert_eq!(parse_ms("30m", 7), Ok(1_800_000));
        assert_eq!(parse_ms("90s", 7), Ok(90_000));
        assert_eq!(parse_ms("7d", 7), Ok(7 * DAY_MS));
        for wrong in [
            "30",
            "m",
            "",
            "-1h",
            "8d",
            "0m",
            "99999999999999999999h",
            "1é",
        ] {
            assert!(parse_ms(wrong, 7).is_err(), "{wrong}");
        }
    }
}
