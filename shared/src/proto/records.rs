//! The bodies of requests and replies, field by field as `zookeeper.jute` has them.

use crate::{
    acl::Acl,
    error::ErrorCode,
    ids::Zxid,
    jute::{Buffer, record},
    stat::Stat,
};

/// What kind of znode a create's flags ask for (`CreateMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum CreateMode {
    Persistent = 0,
    Ephemeral = 1,
    PersistentSequential = 2,
    EphemeralSequential = 3,
    Container = 4,
    PersistentWithTtl = 5,
    PersistentSequentialWithTtl = 6,
}

impl CreateMode {
    /// The mode of a create's flags, if they are one.
    #[must_use]
    pub fn from_flags(flags: i32) -> Option<Self> {
        Some(match flags {
            0 => Self::Persistent,
            1 => Self::Ephemeral,
            2 => Self::PersistentSequential,
            3 => Self::EphemeralSequential,
            4 => Self::Container,
            5 => Self::PersistentWithTtl,
            6 => Self::PersistentSequentialWithTtl,
            _ => return None,
        })
    }

    /// The flags of this mode.
    #[must_use]
    pub fn flags(self) -> i32 {
        self as i32
    }

    /// Whether the server appends a number to the name.
    #[must_use]
    pub fn is_sequential(self) -> bool {
        matches!(
            self,
            Self::PersistentSequential
                | Self::EphemeralSequential
                | Self::PersistentSequentialWithTtl
        )
    }

    /// Whether the znode goes with its session.
    #[must_use]
    pub fn is_ephemeral(self) -> bool {
        matches!(self, Self::Ephemeral | Self::EphemeralSequential)
    }

    /// Whether the znode has a time to live.
    #[must_use]
    pub fn has_ttl(self) -> bool {
        matches!(
            self,
            Self::PersistentWithTtl | Self::PersistentSequentialWithTtl
        )
    }
}

record! {
    /// create, create2, createContainer.
    pub struct CreateRequest {
        pub path: String,
        pub data: Buffer,
        pub acl: Vec<Acl>,
        /// A [`CreateMode`]'s flags.
        pub flags: i32,
    }
}
record! {
    /// createTTL.
    pub struct CreateTtlRequest {
        pub path: String,
        pub data: Buffer,
        pub acl: Vec<Acl>,
        /// A [`CreateMode`]'s flags.
        pub flags: i32,
        /// Time to live, milliseconds, 1..=[`crate::stat::MAX_TTL_MS`].
        pub ttl_ms: i64,
    }
}
record! {
    /// delete, and check within a multi: a path and its expected version.
    pub struct PathVersionRequest {
        pub path: String,
        /// The version it must have, -1 for any.
        pub version: i32,
    }
}
record! {
    /// exists, getData, getChildren, getChildren2: a path and whether to watch it.
    pub struct PathWatchRequest {
        pub path: String,
        pub watch: bool,
    }
}
record! {
    /// getACL, sync, getAllChildrenNumber, getEphemerals (a prefix there); deleteContainer.
    pub struct PathRequest {
        pub path: String,
    }
}
record! {
    /// setData.
    pub struct SetDataRequest {
        pub path: String,
        pub data: Buffer,
        /// The version it must have, -1 for any.
        pub version: i32,
    }
}
record! {
    /// setACL.
    pub struct SetAclRequest {
        pub path: String,
        pub acl: Vec<Acl>,
        /// The ACL version it must have, -1 for any.
        pub version: i32,
    }
}
record! {
    /// reconfig: either joining and leaving, or all new members.
    pub struct ReconfigRequest {
        pub joining: Option<String>,
        pub leaving: Option<String>,
        pub new_members: Option<String>,
        /// The configuration version it must have, -1 for any.
        pub current_config_id: i64,
    }
}
record! {
    /// auth. No reply body.
    pub struct AuthRequest {
        /// Always 0.
        pub kind: i32,
        pub scheme: String,
        pub auth: Buffer,
    }
}
record! {
    /// setWatches: the watches a client brings along when it reconnects.
    pub struct SetWatchesRequest {
        /// What changed after it is told at once.
        pub relative_zxid: Zxid,
        pub data: Vec<String>,
        pub exist: Vec<String>,
        pub child: Vec<String>,
    }
}
record! {
    /// setWatches2: the same, with persistent watches.
    pub struct SetWatches2Request {
        /// What changed after it is told at once.
        pub relative_zxid: Zxid,
        pub data: Vec<String>,
        pub exist: Vec<String>,
        pub child: Vec<String>,
        pub persistent: Vec<String>,
        pub persistent_recursive: Vec<String>,
    }
}
record! {
    /// addWatch.
    pub struct AddWatchRequest {
        pub path: String,
        /// An [`super::AddWatchMode`].
        pub mode: i32,
    }
}
record! {
    /// checkWatches, removeWatches.
    pub struct WatchesRequest {
        pub path: String,
        /// A [`super::WatcherType`].
        pub kind: i32,
    }
}
record! {
    /// sasl, both ways.
    pub struct SaslToken {
        pub token: Buffer,
    }
}

record! {
    /// Of create and sync: a path.
    pub struct PathResponse {
        pub path: String,
    }
}
record! {
    /// Of create2, createContainer and createTTL.
    pub struct Create2Response {
        pub path: String,
        pub stat: Stat,
    }
}
record! {
    /// Of exists, setData and setACL.
    pub struct StatResponse {
        pub stat: Stat,
    }
}
record! {
    /// Of getData and reconfig.
    pub struct GetDataResponse {
        pub data: Buffer,
        pub stat: Stat,
    }
}
record! {
    /// Of getACL.
    pub struct GetAclResponse {
        pub acl: Vec<Acl>,
        pub stat: Stat,
    }
}
record! {
    /// Of getChildren; of getEphemerals, as paths.
    pub struct GetChildrenResponse {
        pub children: Vec<String>,
    }
}
record! {
    /// Of getChildren2.
    pub struct GetChildren2Response {
        pub children: Vec<String>,
        pub stat: Stat,
    }
}
record! {
    /// Of getAllChildrenNumber.
    pub struct AllChildrenNumberResponse {
        pub total: i32,
    }
}
record! {
    /// Of addWatch, and of a multi's failed part.
    pub struct ErrorResponse {
        pub err: ErrorCode,
    }
}
record! {
    /// One identity of a connection, as whoAmI tells it.
    pub struct ClientInfo {
        pub auth_scheme: String,
        pub user: String,
    }
}
record! {
    /// Of whoAmI.
    pub struct WhoAmIResponse {
        pub client_info: Vec<ClientInfo>,
    }
}
