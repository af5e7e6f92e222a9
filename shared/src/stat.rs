//! A znode's metadata: as clients see it, and as snapshots keep it.

use crate::{
    ids::Zxid,
    jute::{Jute, Reader, record},
};

record! {
    /// What a client is told of a znode (68 bytes on the wire).
    #[derive(Copy)]
    pub struct Stat {
        /// The transaction that created it.
        pub czxid: Zxid,
        /// The transaction that last set its data.
        pub mzxid: Zxid,
        /// When it was created, Unix milliseconds.
        pub ctime: i64,
        /// When its data was last set, Unix milliseconds.
        pub mtime: i64,
        /// How often its data was set.
        pub version: i32,
        /// Changes of its children: creations and deletions (not the stored counter, which
        /// counts creations alone).
        pub cversion: i32,
        /// How often its ACL was set.
        pub aversion: i32,
        /// The owning session, 0 for a persistent znode, or a marker of a container or TTL
        /// znode (see [`EphemeralOwner`]).
        pub ephemeral_owner: i64,
        /// Bytes of data.
        pub data_length: i32,
        /// Children, ephemeral ones too.
        pub num_children: i32,
        /// The transaction that last changed its children.
        pub pzxid: Zxid,
    }
}

record! {
    /// What snapshots and digests keep of a znode (60 bytes).
    #[derive(Copy)]
    pub struct StatPersisted {
        /// The transaction that created it.
        pub czxid: Zxid,
        /// The transaction that last set its data.
        pub mzxid: Zxid,
        /// When it was created, Unix milliseconds.
        pub ctime: i64,
        /// When its data was last set, Unix milliseconds.
        pub mtime: i64,
        /// How often its data was set.
        pub version: i32,
        /// How many children were ever created below it; sequential names come from it.
        pub cversion: i32,
        /// How often its ACL was set.
        pub aversion: i32,
        /// As [`Stat::ephemeral_owner`].
        pub ephemeral_owner: i64,
        /// The transaction that last changed its children.
        pub pzxid: Zxid,
    }
}

impl StatPersisted {
    /// The client's view. What it is told as cversion counts creations and deletions:
    /// twice the stored counter less the children that are there (`DataNode.copyStat`).
    #[must_use]
    pub fn to_stat(&self, data_length: i32, num_children: i32) -> Stat {
        Stat {
            czxid: self.czxid,
            mzxid: self.mzxid,
            ctime: self.ctime,
            mtime: self.mtime,
            version: self.version,
            cversion: self.cversion.wrapping_mul(2).wrapping_sub(num_children),
            aversion: self.aversion,
            ephemeral_owner: self.ephemeral_owner,
            data_length,
            num_children,
            pzxid: self.pzxid,
        }
    }
}

/// The largest time to live, milliseconds (40 bits; `EphemeralType.TTL.maxValue`).
pub const MAX_TTL_MS: i64 = 0x00ff_ffff_ffff;

/// What an `ephemeralOwner` field says (`EphemeralType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EphemeralOwner {
    /// 0: a persistent znode.
    Persistent,
    /// The znode of a session, which goes when the session goes.
    Session(i64),
    /// Removed by the server once it had children and has none.
    Container,
    /// Removed once it has no children and was not changed for `ttl_ms`.
    Ttl {
        /// Its time to live, milliseconds.
        ttl_ms: i64,
    },
}

impl EphemeralOwner {
    const CONTAINER: i64 = i64::MIN;
    const EXTENDED_MASK: u64 = 0xff00_0000_0000_0000;

    /// Reads the field. `extended_types` is `zookeeper.extendedTypesEnabled`: without it an
    /// owner of 0xff... is a session's.
    #[must_use]
    pub fn from_raw(raw: i64, extended_types: bool) -> Self {
        if raw == 0 {
            Self::Persistent
        } else if raw == Self::CONTAINER {
            Self::Container
        } else if extended_types
            && (raw as u64) & Self::EXTENDED_MASK == Self::EXTENDED_MASK
            && raw & 0x00ff_ff00_0000_0000 == 0
        {
            Self::Ttl {
                ttl_ms: raw & MAX_TTL_MS,
            }
        } else {
            Self::Session(raw)
        }
    }

    /// The field's value.
    #[must_use]
    pub fn to_raw(self) -> i64 {
        match self {
            Self::Persistent => 0,
            Self::Session(id) => id,
            Self::Container => Self::CONTAINER,
            Self::Ttl { ttl_ms } => Self::EXTENDED_MASK as i64 | (ttl_ms & MAX_TTL_MS),
        }
    }
}

/// Reads a boolean that older peers leave out: what is absent is `false`.
pub(crate) fn optional_bool(input: &mut Reader) -> Result<Option<bool>, crate::jute::JuteError> {
    if input.remaining() == 0 {
        Ok(None)
    } else {
        bool::decode(input).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_sees_creations_and_deletions_as_cversion() {
        let stored = StatPersisted {
            cversion: 5,
            ..Default::default()
        };
        assert_eq!(stored.to_stat(0, 2).cversion, 8);
    }

    #[test]
    fn owners_round_trip() {
        for owner in [
            EphemeralOwner::Persistent,
            EphemeralOwner::Session(0x0100_0000_0000_0001),
            EphemeralOwner::Container,
            EphemeralOwner::Ttl { ttl_ms: 5000 },
        ] {
            assert_eq!(EphemeralOwner::from_raw(owner.to_raw(), true), owner);
        }
    }
}
