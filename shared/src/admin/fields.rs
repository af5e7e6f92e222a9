//! Small readers of values: all of them give `None` for what they cannot read.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::ids::{SessionId, Zxid};

/// A decimal number.
pub(super) fn number<T: FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

/// `0x` and up to 16 hexadecimal digits; -1 is written as sixteen f's.
pub(super) fn hex(text: &str) -> Option<i64> {
    let digits = text.trim();
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    u64::from_str_radix(digits, 16).ok().map(|raw| raw as i64)
}

pub(super) fn zxid(text: &str) -> Option<Zxid> {
    hex(text).map(Zxid)
}

pub(super) fn session_id(text: &str) -> Option<SessionId> {
    hex(text).map(SessionId)
}

/// `a/b/c`.
pub(super) fn triple<T: FromStr>(text: &str) -> Option<[T; 3]> {
    let mut parts = text.trim().split('/').map(number::<T>);
    let triple = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(triple)
}

/// Reads from an AdminServer's object.
pub(super) trait ObjectExt {
    fn int<T: TryFrom<i64>>(&self, key: &str) -> Option<T>;
    fn float(&self, key: &str) -> Option<f64>;
    fn text(&self, key: &str) -> Option<&str>;
    fn flag(&self, key: &str) -> Option<bool>;
    fn object(&self, key: &str) -> Option<&Map<String, Value>>;
}

impl ObjectExt for Map<String, Value> {
    fn int<T: TryFrom<i64>>(&self, key: &str) -> Option<T> {
        self.get(key)?.as_i64()?.try_into().ok()
    }
    fn float(&self, key: &str) -> Option<f64> {
        self.get(key)?.as_f64()
    }
    fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }
    fn flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.as_bool()
    }
    fn object(&self, key: &str) -> Option<&Map<String, Value>> {
        self.get(key)?.as_object()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_reads_all_64_bits() {
        assert_eq!(hex("0x100000008"), Some(0x1_0000_0008));
        assert_eq!(hex("0xffffffffffffffff"), Some(-1));
        assert_eq!(hex("0xg"), None);
        assert_eq!(hex("0x11111111111111111"), None);
    }

    #[test]
    fn triples_are_whole_or_nothing() {
        assert_eq!(triple("98/48/98"), Some([98, 48, 98]));
        assert_eq!(triple("0/0.7778/6"), Some([0.0, 0.7778, 6.0]));
        assert_eq!(triple::<i32>("1/2"), None);
        assert_eq!(triple::<i32>("1/2/3/4"), None);
        assert_eq!(triple::<i32>("a/2/3"), None);
    }
}
