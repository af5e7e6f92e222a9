//! Safety rules that can be switched off, to show that a checker notices.
//!
//! Each flaw is made in the simulator's own shell: the members' code is the real one.

use clap::ValueEnum;

/// A rule that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Flaw {
    /// A transaction is reported as flushed before the disk has it.
    AckBeforeFsync,
    /// A truncation of the log is reported as done and is not.
    SkipTrunc,
    /// A learner commits two adjacent transactions in each other's place.
    CommitOutOfOrder,
    /// `acceptedEpoch` and `currentEpoch` are reported as saved and are not.
    EpochNotPersisted,
    /// A watch event leaves behind the reply that follows it.
    WatchAfterReply,
    /// A new configuration of the ensemble is not written down.
    ConfigForgotten,
    /// That logs were removed is not noticed.
    LossUnnoticed,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AckBeforeFsync,
        Self::SkipTrunc,
        Self::CommitOutOfOrder,
        Self::EpochNotPersisted,
        Self::WatchAfterReply,
        Self::ConfigForgotten,
        Self::LossUnnoticed,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AckBeforeFsync => "ack-before-fsync",
            Self::SkipTrunc => "skip-trunc",
            Self::CommitOutOfOrder => "commit-out-of-order",
            Self::EpochNotPersisted => "epoch-not-persisted",
            Self::WatchAfterReply => "watch-after-reply",
            Self::ConfigForgotten => "config-forgotten",
            Self::LossUnnoticed => "loss-unnoticed",
        }
    }
}
