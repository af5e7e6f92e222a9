//! Time as an argument, and how the console writes it.
//!
//! The model never reads a clock: every event carries the time at which it was seen, so that
//! a test can say what is on the screen 4 s after a member fell silent.

/// One moment on both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds on a clock that never goes back; ages and silences are counted on it.
    pub mono_ms: u64,
    /// Milliseconds since 1970 UTC; only shown and written to disk.
    pub wall_ms: i64,
}

/// `14:02:37` of a wall time.
#[must_use]
pub fn time_of_day(wall_ms: i64) -> String {
    let seconds = wall_ms.div_euclid(1000).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// `2026-11-22 14:02:37` of a wall time, in UTC.
#[must_use]
pub fn date_and_time(wall_ms: i64) -> String {
    let days = wall_ms.div_euclid(86_400_000);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02} {}", time_of_day(wall_ms))
}

/// The Gregorian date of a day counted from 1970-01-01 (the well-known `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// An age in the fewest characters that an operator needs: `0.4 s`, `12 s`, `4 m 31 s`,
/// `3 h 12 m`, `19 d`.
#[must_use]
pub fn age(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..=9 => format!("{}.{} s", seconds, ms % 1000 / 100),
        10..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} m {} s", seconds / 60, seconds % 60),
        3600..=86_399 => format!("{} h {} m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_times_are_utc() {
        assert_eq!(date_and_time(0), "1970-01-01 00:00:00");
        assert_eq!(date_and_time(1_795_369_272_888), "2026-11-22 17:41:12");
        assert_eq!(date_and_time(951_782_400_000), "2000-02-29 00:00:00");
        assert_eq!(date_and_time(-1), "1969-12-31 23:59:59");
        // A client can set any mtime it likes: nothing may overflow.
        let _ = (date_and_time(i64::MAX), date_and_time(i64::MIN));
    }

    #[test]
    fn ages_use_two_units_at_most() {
        let shown: Vec<_> = [420, 12_000, 271_000, 11_520_000, 1_700_000_000]
            .into_iter()
            .map(age)
            .collect();
        assert_eq!(shown, ["0.4 s", "12 s", "4 m 31 s", "3 h 12 m", "19 d"]);
    }
}
