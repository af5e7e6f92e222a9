//! How Java prints what four-letter words and the AdminServer show: addresses, dates, doubles.

use std::net::{IpAddr, SocketAddr};

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const SECONDS_PER_DAY: i64 = 86_400;

/// `InetSocketAddress.toString` of an address that was not resolved: `/127.0.0.1:2181`,
/// `/[0:0:0:0:0:0:0:1]:2181`.
pub(super) fn socket_address(address: SocketAddr) -> String {
    format!("/{}", host_and_port(address))
}

/// The same without the slash, as Jackson writes it.
pub(super) fn host_and_port(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => format!("{ip}:{}", address.port()),
        IpAddr::V6(ip) => {
            let groups = ip.segments().map(|group| format!("{group:x}"));
            format!("[{}]:{}", groups.join(":"), address.port())
        }
    }
}

/// `Date.toString` in UTC: `Sun Nov 22 17:40:41 UTC 2026`.
pub(crate) fn date(unix_ms: i64) -> String {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        weekday,
    } = Civil::of(unix_ms.div_euclid(1000));
    let month = MONTHS[month - 1];
    format!("{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year}")
}

/// As in Apache's `Version.getBuildDate`: `2024-12-29 17:54 UTC`.
pub(super) fn build_date(unix_s: i64) -> String {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        ..
    } = Civil::of(unix_s);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// A mean as `AvgMinMaxCounter.getAvg` rounds it.
pub(super) fn four_decimals(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// A moment on the calendar, UTC.
struct Civil {
    year: i64,
    month: usize,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    weekday: &'static str,
}

impl Civil {
    /// The days' part is the well-known `civil_from_days`: years begin in March, so that the
    /// leap day is their last.
    fn of(unix_s: i64) -> Self {
        let days = unix_s.div_euclid(SECONDS_PER_DAY);
        let seconds = unix_s.rem_euclid(SECONDS_PER_DAY);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: month as usize,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            weekday: WEEKDAYS[days.rem_euclid(7) as usize],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_javas() {
        assert_eq!(date(0), "Thu Jan 01 00:00:00 UTC 1970");
        assert_eq!(date(1_795_369_241_541), "Sun Nov 22 17:40:41 UTC 2026");
        assert_eq!(date(951_782_400_000), "Tue Feb 29 00:00:00 UTC 2000");
        assert_eq!(build_date(1_735_494_840), "2024-12-29 17:54 UTC");
    }

    #[test]
    fn addresses_are_javas() {
        let v4 = "127.0.0.1:52498".parse().unwrap();
        assert_eq!(socket_address(v4), "/127.0.0.1:52498");
        let v6 = "[::1]:2181".parse().unwrap();
        assert_eq!(socket_address(v6), "/[0:0:0:0:0:0:0:1]:2181");
    }
}
