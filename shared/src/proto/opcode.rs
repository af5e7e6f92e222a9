//! Kinds of requests and of transactions (`ZooDefs.OpCode`).

macro_rules! opcodes {
    ($($(#[$meta:meta])* $name:ident = $value:literal, $text:literal;)*) => {
        /// A known kind of request or transaction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum OpCode { $($(#[$meta])* $name = $value,)* }

        impl OpCode {
            /// Every known kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The kind of a number, if it is known.
            #[must_use]
            pub fn from_code(code: i32) -> Option<Self> {
                match code {
                    $($value => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Its name as Apache writes it (`Request.op2String`'s spelling).
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

opcodes! {
    Notification = 0, "notification";
    Create = 1, "create";
    Delete = 2, "delete";
    Exists = 3, "exists";
    GetData = 4, "getData";
    SetData = 5, "setData";
    GetAcl = 6, "getACL";
    SetAcl = 7, "setACL";
    GetChildren = 8, "getChildren";
    Sync = 9, "sync";
    Ping = 11, "ping";
    GetChildren2 = 12, "getChildren2";
    /// Within a multi only (ZOOKEEPER-2623).
    Check = 13, "check";
    Multi = 14, "multi";
    Create2 = 15, "create2";
    Reconfig = 16, "reconfig";
    CheckWatches = 17, "checkWatches";
    RemoveWatches = 18, "removeWatches";
    CreateContainer = 19, "createContainer";
    /// The server's own, when a container or TTL znode is due.
    DeleteContainer = 20, "deleteContainer";
    CreateTtl = 21, "createTTL";
    MultiRead = 22, "multiRead";
    Auth = 100, "auth";
    SetWatches = 101, "setWatches";
    Sasl = 102, "sasl";
    GetEphemerals = 103, "getEphemerals";
    GetAllChildrenNumber = 104, "getAllChildrenNumber";
    SetWatches2 = 105, "setWatches2";
    AddWatch = 106, "addWatch";
    WhoAmI = 107, "whoAmI";
    CreateSession = -10, "createSession";
    CloseSession = -11, "closeSession";
    /// A transaction that records a failed write, or a multi's failed part.
    Error = -1, "error";
}

impl OpCode {
    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> i32 {
        self as i32
    }
}
