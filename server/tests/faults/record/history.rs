//! What clients asked and were told, and when.

use std::{
    fmt,
    sync::Mutex,
    time::{Duration, Instant},
};

use zoowarden_shared::{ErrorCode, SessionId, Zxid, stat::Stat};

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// setData; the data is unique in the history.
    Set {
        data: String,
        expected: Option<i32>,
    },
    /// create; the data is unique in the history.
    Create {
        data: String,
    },
    Delete {
        expected: Option<i32>,
    },
    Read,
    /// A sync, and a read on the same connection after its reply.
    SyncedRead,
}

impl Request {
    pub(crate) fn is_write(&self) -> bool {
        !matches!(self, Self::Read | Self::SyncedRead)
    }
}

/// What a read showed: the data and its stat; `None` where there was no znode.
pub(crate) type Seen = Option<(String, Stat)>;

/// What was told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// A write was acknowledged.
    Done { zxid: Zxid },
    /// A read was answered.
    Saw { zxid: Zxid, seen: Seen },
    /// A write was refused: it must have changed nothing.
    Refused { zxid: Zxid, code: ErrorCode },
    /// A write may or may not have happened.
    Unknown,
}

impl Outcome {
    /// The zxid of the reply.
    pub(crate) fn zxid(&self) -> Option<Zxid> {
        match self {
            Self::Done { zxid } | Self::Saw { zxid, .. } | Self::Refused { zxid, .. } => {
                Some(*zxid)
            }
            Self::Unknown => None,
        }
    }
}

/// One request with its answer. A read that got none is not recorded.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub(crate) client: usize,
    pub(crate) session: SessionId,
    /// The member that was asked.
    pub(crate) member: usize,
    pub(crate) key: String,
    pub(crate) request: Request,
    /// Since the history began.
    pub(crate) invoked: Duration,
    /// Since the history began.
    pub(crate) answered: Duration,
    pub(crate) outcome: Outcome,
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.4}s..{:.4}s client {} (session {}) on member {}: {:?} {} -> {:?}",
            self.invoked.as_secs_f64(),
            self.answered.as_secs_f64(),
            self.client,
            self.session,
            self.member,
            self.request,
            self.key,
            self.outcome
        )
    }
}

/// Where clients put down what they did, each its own in order.
#[derive(Debug)]
pub(crate) struct Recorder {
    began: Instant,
    ops: Mutex<Vec<Op>>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            ops: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn add(&self, op: Op) {
        self.ops.lock().expect("nobody panicked").push(op);
    }

    /// Writes acknowledged so far that were asked of these members at this time or later.
    pub(crate) fn acknowledged(&self, since: Duration, members: &[usize]) -> usize {
        let counts = |op: &&Op| {
            matches!(op.outcome, Outcome::Done { .. })
                && op.invoked >= since
                && members.contains(&op.member)
        };
        let ops = self.ops.lock().expect("nobody panicked");
        ops.iter().rev().filter(counts).count()
    }

    pub(crate) fn take(&self) -> Vec<Op> {
        std::mem::take(&mut *self.ops.lock().expect("nobody panicked"))
    }
}
