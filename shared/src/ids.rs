//! The numbers that ZooKeeper names things by, as types, so that they cannot be mixed up.

use std::fmt;

use crate::jute::{Jute, JuteError, Reader, Writer};

/// A transaction id: the epoch in the high 32 bits, a counter in the low 32.
///
/// Printed as Apache's `srvr` does, in hexadecimal. Lag between two zxids has a meaning only
/// within one epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zxid(pub i64);

impl Zxid {
    /// The zxid before any transaction.
    pub const ZERO: Self = Self(0);
    /// The last counter of an epoch: a leader steps down here (ZOOKEEPER-1277).
    pub const MAX_COUNTER: u32 = u32::MAX;

    /// The zxid with this epoch and counter.
    #[must_use]
    pub fn new(epoch: Epoch, counter: u32) -> Self {
        Self((i64::from(epoch) << 32) | i64::from(counter))
    }

    /// The leader's epoch, the high 32 bits.
    #[must_use]
    pub fn epoch(self) -> Epoch {
        (self.0 >> 32) as Epoch
    }

    /// The count within the epoch, the low 32 bits.
    #[must_use]
    pub fn counter(self) -> u32 {
        self.0 as u32
    }

    /// The zxid that follows this one. The caller minds [`Self::MAX_COUNTER`].
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl fmt::Display for Zxid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// The number of a leadership, raised by every election that a quorum accepts.
pub type Epoch = i32;

/// A server's id in its ensemble, the N of `server.N` and the content of `myid`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid(pub i64);

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A client session's id: unique in the ensemble, the creating server's sid in its top byte.
///
/// Printed as Apache prints it: `0x` and hexadecimal digits, not padded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub i64);

impl SessionId {
    /// No session: what a client sends to ask for a new one.
    pub const NONE: Self = Self(0);

    /// The id from which a server that starts at this time counts up
    /// (Apache's `SessionTrackerImpl.initializeNextSessionId`).
    #[must_use]
    pub fn first(sid: Sid, unix_millis: i64) -> Self {
        let next = (((unix_millis << 24) as u64) >> 8) as i64;
        let id = next | (sid.0 << 56);
        // Apache reserves Long.MIN_VALUE (the container's owner) by stepping over it.
        Self(if id == i64::MIN { id + 1 } else { id })
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

macro_rules! jute_newtype {
    ($($name:ident),*) => {$(
        impl Jute for $name {
            fn encode(&self, out: &mut Writer) {
                self.0.encode(out);
            }
            fn decode(input: &mut Reader) -> Result<Self, JuteError> {
                Ok(Self(i64::decode(input)?))
            }
        }
    )*};
}
jute_newtype!(Zxid, Sid, SessionId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zxid_is_epoch_and_counter() {
        let zxid = Zxid::new(5, 0x1f);
        assert_eq!(zxid.0, 0x5_0000_001f);
        assert_eq!((zxid.epoch(), zxid.counter()), (5, 0x1f));
        assert_eq!(zxid.to_string(), "0x50000001f");
    }

    #[test]
    fn session_ids_carry_the_sid_in_the_top_byte() {
        let id = SessionId::first(Sid(3), 1_700_000_000_000);
        assert_eq!((id.0 as u64) >> 56, 3);
        assert_eq!(SessionId::first(Sid(0), 1_700_000_000_000).0 & 0xffff, 0);
    }
}
