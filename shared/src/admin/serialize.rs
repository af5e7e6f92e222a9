//! Ids in JSON: as ZooKeeper's tools print them, in hexadecimal, since a JSON number cannot
//! hold all 64 bits in most readers.

use serde::{Serialize, Serializer};

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
