//! Watch events and the ways to ask for them.

use crate::jute::record;

/// What happened to a znode (`Watcher.Event.EventType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum EventType {
    None = -1,
    NodeCreated = 1,
    NodeDeleted = 2,
    NodeDataChanged = 3,
    NodeChildrenChanged = 4,
    DataWatchRemoved = 5,
    ChildWatchRemoved = 6,
    PersistentWatchRemoved = 7,
}

impl EventType {
    /// The type of a number, if it is one.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        Some(match code {
            -1 => Self::None,
            1 => Self::NodeCreated,
            2 => Self::NodeDeleted,
            3 => Self::NodeDataChanged,
            4 => Self::NodeChildrenChanged,
            5 => Self::DataWatchRemoved,
            6 => Self::ChildWatchRemoved,
            7 => Self::PersistentWatchRemoved,
            _ => return None,
        })
    }
}

/// The state a server puts into its events (`Watcher.Event.KeeperState`): it is always this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum KeeperState {
    SyncConnected = 3,
}

record! {
    /// A watch event's body; its header has the xid -1.
    pub struct WatcherEvent {
        /// An [`EventType`].
        pub kind: i32,
        /// A [`KeeperState`].
        pub state: i32,
        pub path: String,
    }
}

impl WatcherEvent {
    /// The event as a server sends it.
    #[must_use]
    pub fn new(kind: EventType, path: &str) -> Self {
        Self {
            kind: kind as i32,
            state: KeeperState::SyncConnected as i32,
            path: path.to_owned(),
        }
    }
}

/// How an added watch lasts (`AddWatchMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum AddWatchMode {
    Persistent = 0,
    PersistentRecursive = 1,
}

impl AddWatchMode {
    /// The mode of a number, if it is one.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        match code {
            0 => Some(Self::Persistent),
            1 => Some(Self::PersistentRecursive),
            _ => None,
        }
    }
}

/// Which watches to check or remove (`Watcher.WatcherType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum WatcherType {
    Children = 1,
    Data = 2,
    Any = 3,
}

impl WatcherType {
    /// The type of a number, if it is one.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        match code {
            1 => Some(Self::Children),
            2 => Some(Self::Data),
            3 => Some(Self::Any),
            _ => None,
        }
    }
}
