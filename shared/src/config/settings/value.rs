//! Values as Java reads them, and what messages call them.

use std::str::FromStr;

use crate::config::HostPort;

pub(super) const FLAG: &str = "true or false";
pub(super) const YES_NO: &str = "yes or no";
pub(super) const MILLISECONDS: &str = "a number of milliseconds";
pub(super) const TICKS: &str = "a number of ticks";
pub(super) const COUNT: &str = "a number, 0 or more";
pub(super) const KIBIBYTES: &str = "a number of KiB";
pub(super) const PORT: &str = "a port number from 0 to 65535";
pub(super) const HOST: &str = "a host name or an IP address";
pub(super) const ADDRESS: &str = "\"host:port\"";
pub(super) const LISTEN_ADDRESS: &str = "host:port, or a port for all addresses; no port 0";
pub(super) const DIRECTORY: &str = "a directory";

/// `Integer.parseInt` and its like: decimal, perhaps with a sign.
pub(super) fn number<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// A count of which Apache takes everything below 1 as "none".
pub(super) fn bound(text: &str) -> Option<u32> {
    let given: i32 = number(text)?;
    Some(u32::try_from(given).unwrap_or(0))
}

/// As [`bound`], in 64 bits.
pub(super) fn long_bound(text: &str) -> Option<u64> {
    let given: i64 = number(text)?;
    Some(u64::try_from(given).unwrap_or(0))
}

/// A number that Java keeps in an `int` and that is not negative.
pub(super) fn count(text: &str) -> Option<u32> {
    u32::try_from(number::<i32>(text)?).ok()
}

/// As [`count`], but not 0.
pub(super) fn positive(text: &str) -> Option<u32> {
    count(text).filter(|number| *number > 0)
}

/// `snapCount`'s bound: the processor that snapshots divides by half of it.
pub(super) fn two_or_more(text: &str) -> Option<u32> {
    count(text).filter(|number| *number >= 2)
}

/// As [`positive`], in 64 bits.
pub(super) fn long_positive(text: &str) -> Option<u64> {
    long_bound(text).filter(|number| *number > 0)
}

/// A tick in milliseconds.
pub(super) fn tick(text: &str) -> Option<i32> {
    number(text).filter(|ms| *ms > 0)
}

/// A session timeout in milliseconds, -1 for the default.
pub(super) fn session_timeout(text: &str) -> Option<i32> {
    number(text).filter(|ms| *ms >= -1)
}

/// As `QuorumPeerConfig.parseBoolean`, for system properties too: Apache takes any other word
/// there as false, which hides a slip of the pen.
pub(super) fn flag(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// The few switches that Apache compares with `yes` or `no`: to it, `skipACL=true` is off.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// A host, without the brackets that IPv6 may wear.
pub(super) fn host(text: &str) -> Option<String> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    (!bare.is_empty()).then(|| bare.to_owned())
}

pub(super) fn address(text: &str) -> Option<HostPort> {
    HostPort::parse(text)
}

/// An address to listen at that somebody else was told: any free port is of no use there.
pub(super) fn listen_address(text: &str) -> Option<HostPort> {
    address(text).filter(|address| address.port > 0)
}

pub(super) fn directory(text: &str) -> Option<std::path::PathBuf> {
    (!text.is_empty()).then(|| text.into())
}
