//! Access control lists: who may do what to a znode.

use crate::jute::record;

/// Permission bits (`ZooDefs.Perms`).
pub mod perms {
    /// Read data and list children.
    pub const READ: i32 = 1;
    /// Set data.
    pub const WRITE: i32 = 1 << 1;
    /// Create a child.
    pub const CREATE: i32 = 1 << 2;
    /// Delete a child.
    pub const DELETE: i32 = 1 << 3;
    /// Set the ACL.
    pub const ADMIN: i32 = 1 << 4;
    /// All of them.
    pub const ALL: i32 = READ | WRITE | CREATE | DELETE | ADMIN;
}

record! {
    /// An identity: an authentication scheme and what it calls its bearer.
    #[derive(Hash, PartialOrd, Ord)]
    pub struct Id {
        /// `world`, `auth`, `digest`, `ip`, `sasl`, `x509` or `super`.
        pub scheme: String,
        /// The identity in that scheme's terms, such as `user:hash` or `10.0.0.0/8`.
        pub id: String,
    }
}

impl Id {
    /// An id from its two parts.
    #[must_use]
    pub fn new(scheme: &str, id: &str) -> Self {
        Self {
            scheme: scheme.to_owned(),
            id: id.to_owned(),
        }
    }

    /// `world:anyone`, whom everybody is.
    #[must_use]
    pub fn anyone() -> Self {
        Self::new("world", "anyone")
    }
}

record! {
    /// One entry of an access control list.
    #[derive(Hash, PartialOrd, Ord)]
    pub struct Acl {
        /// A sum of [`perms`].
        pub perms: i32,
        /// To whom they are given.
        pub id: Id,
    }
}

impl Acl {
    /// `OPEN_ACL_UNSAFE`: everything to everybody.
    #[must_use]
    pub fn open() -> Vec<Self> {
        vec![Self {
            perms: perms::ALL,
            id: Id::anyone(),
        }]
    }
}
