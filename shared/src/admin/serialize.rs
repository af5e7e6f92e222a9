//! Ids in JSON: as ZooKeeper's tools print them, in hexadecimal, since a JSON number cannot
//! hold all 64 bits in most readers.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::ids::{SessionId, Sid, Zxid};

impl Serialize for Zxid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for SessionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Sid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

/// `0x` and hexadecimal digits, of a number that may be negative, as [`std::fmt::LowerHex`]
/// writes it.
fn hexadecimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    let digits = text.strip_prefix("0x");
    let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    number
        .map(|number| number as i64)
        .ok_or_else(|| D::Error::custom("expected 0x and hexadecimal digits"))
}

impl<'de> Deserialize<'de> for Zxid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hexadecimal(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for SessionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hexadecimal(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Sid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for id in [0, 7, i64::MAX, i64::MIN, -1] {
            let text = serde_json::to_string(&(Zxid(id), SessionId(id), Sid(id))).unwrap();
            let read: (Zxid, SessionId, Sid) = serde_json::from_str(&text).unwrap();
            assert_eq!(read, (Zxid(id), SessionId(id), Sid(id)));
        }
        assert!(serde_json::from_str::<Zxid>("\"7\"").is_err());
    }
}
