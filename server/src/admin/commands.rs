//! The AdminServer's commands by name (`org.apache.zookeeper.server.admin.Commands`).

/// A command of the AdminServer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Ours alone: ends a session.
    CloseSession,
    Configuration,
    ConnectionStatReset,
    Connections,
    Dirs,
    Dump,
    Environment,
    /// Ours alone: makes a reserved member a voter of a new ensemble.
    ForceQuorum,
    GetTraceMask,
    Hash,
    InitialConfiguration,
    IsReadOnly,
    LastSnapshot,
    Leader,
    /// Ours alone: the last lines of its log.
    LogTail,
    Monitor,
    ObserverConnectionStatReset,
    Observers,
    /// Ours alone: gives a reservation back.
    ReleaseReservation,
    /// Ours alone: has a member without a quorum stand aside.
    Reserve,
    Restore,
    /// Ours alone: gives up the snapshot that was brought.
    RestoreAbort,
    /// Ours alone: puts it in place.
    RestoreCommit,
    /// Ours alone, with `resync_status`: how far the last repair is.
    RestoreStatus,
    /// Ours alone: takes everything from a leader anew.
    Resync,
    ResyncStatus,
    Ruok,
    ServerStats,
    SetTraceMask,
    ShedConnections,
    Snapshot,
    StatReset,
    Stats,
    SystemProperties,
    /// Ours alone: chooses the leader.
    TransferLeadership,
    VotingView,
    WatchSummary,
    Watches,
    WatchesByPath,
    Zabstate,
    /// Ours alone: what this server does not do that its configuration asks for.
    Zoowarden,
}

/// Every command with its names: the first is the one that answers carry, the others are short
/// forms. Sorted, as the index page shows them.
const TABLE: [(Command, &[&str]); 41] = [
    (Command::CloseSession, &["close_session"]),
    (Command::Configuration, &["configuration", "conf", "config"]),
    (
        Command::ConnectionStatReset,
        &["connection_stat_reset", "crst"],
    ),
    (Command::Connections, &["connections", "cons"]),
    (Command::Dirs, &["dirs"]),
    (Command::Dump, &["dump"]),
    (Command::Environment, &["environment", "env", "envi"]),
    (Command::ForceQuorum, &["force_quorum"]),
    (Command::GetTraceMask, &["get_trace_mask", "gtmk"]),
    (Command::Hash, &["hash"]),
    (
        Command::InitialConfiguration,
        &["initial_configuration", "icfg"],
    ),
    (Command::IsReadOnly, &["is_read_only", "isro"]),
    (Command::LastSnapshot, &["last_snapshot", "lsnp"]),
    (Command::Leader, &["leader", "lead"]),
    (Command::LogTail, &["log_tail"]),
    (Command::Monitor, &["monitor", "mntr"]),
    (
        Command::ObserverConnectionStatReset,
        &["observer_connection_stat_reset", "orst"],
    ),
    (Command::Observers, &["observers", "obsr"]),
    (Command::ReleaseReservation, &["release_reservation"]),
    (Command::Reserve, &["reserve"]),
    (Command::Restore, &["restore", "rest"]),
    (Command::RestoreAbort, &["restore_abort"]),
    (Command::RestoreCommit, &["restore_commit"]),
    (Command::RestoreStatus, &["restore_status"]),
    (Command::Resync, &["resync"]),
    (Command::ResyncStatus, &["resync_status"]),
    (Command::Ruok, &["ruok"]),
    (Command::ServerStats, &["server_stats", "srvr"]),
    (Command::SetTraceMask, &["set_trace_mask", "stmk"]),
    (Command::ShedConnections, &["shed_connections", "shed"]),
    (Command::Snapshot, &["snapshot", "snap"]),
    (Command::StatReset, &["stat_reset", "srst"]),
    (Command::Stats, &["stats", "stat"]),
    (Command::SystemProperties, &["system_properties", "sysp"]),
    (Command::TransferLeadership, &["transfer_leadership"]),
    (Command::VotingView, &["voting_view"]),
    (Command::WatchSummary, &["watch_summary", "wchs"]),
    (Command::Watches, &["watches", "wchc"]),
    (Command::WatchesByPath, &["watches_by_path", "wchp"]),
    (Command::Zabstate, &["zabstate"]),
    (Command::Zoowarden, &["zoowarden"]),
];

impl Command {
    /// The command of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = TABLE.iter().find(|(_, names)| names.contains(&name));
        found.map(|(command, _)| *command)
    }

    /// The name that answers carry.
    pub(super) fn primary_name(self) -> &'static str {
        let found = TABLE.iter().find(|(command, _)| *command == self);
        found.map_or("", |(_, names)| names[0])
    }

    /// All primary names, sorted.
    pub(super) fn primary_names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|(_, names)| names[0])
    }

    /// Whether it changes something: see [`super::change`].
    pub(super) fn is_change(self) -> bool {
        matches!(
            self,
            Self::CloseSession
                | Self::ForceQuorum
                | Self::ReleaseReservation
                | Self::Reserve
                | Self::RestoreAbort
                | Self::RestoreCommit
                | Self::Resync
                | Self::ShedConnections
                | Self::TransferLeadership
        )
    }

    /// Whether it makes sense while the member serves only.
    pub(super) fn needs_server(self) -> bool {
        !matches!(
            self,
            Self::Environment
                | Self::ForceQuorum
                | Self::GetTraceMask
                | Self::LogTail
                | Self::ReleaseReservation
                | Self::Reserve
                | Self::RestoreAbort
                | Self::RestoreCommit
                | Self::RestoreStatus
                | Self::ResyncStatus
                | Self::SetTraceMask
                | Self::SystemProperties
                | Self::VotingView
                | Self::Zabstate
                | Self::Zoowarden
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_sorted_and_no_name_is_given_twice() {
        let primary: Vec<_> = Command::primary_names().collect();
        assert!(primary.is_sorted());
        let mut all: Vec<_> = TABLE.iter().flat_map(|(_, names)| names.iter()).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
