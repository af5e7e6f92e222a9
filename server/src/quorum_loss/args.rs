//! The command line of recovery without a quorum.

use std::path::PathBuf;

use clap::Args;

/// What can be done with a data directory when its ensemble has no quorum.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Quorum loss")]
pub struct QuorumLossArgs {
    /// Say what is in this data directory, and change nothing; a server may run on it. With a
    /// CONFIG, here or as the argument: which ensemble it belongs to.
    #[arg(long, value_name = "DATADIR|CONFIG")]
    pub inspect: Option<PathBuf>,

    /// While the member is stopped: give its version-2 another name, logs and snapshots both,
    /// so that a start finds nothing to vote by. Nothing is removed. For one that a lost quorum
    /// leaves behind; a damaged member of an ensemble that has a leader takes --resync.
    #[arg(long, value_name = "DATADIR|CONFIG", conflicts_with = "inspect")]
    pub set_aside: Option<PathBuf>,

    /// As --force-quorum, with the order as JSON from FILE, or from standard input (-): how it
    /// comes through ssh. {"sid": 1, "members": "server.1=...", "epoch": 9, "zxid": "0x..."}
    #[arg(
        long,
        value_name = "FILE|-",
        requires = "config",
        conflicts_with = "force_quorum"
    )]
    pub force_quorum_by: Option<PathBuf>,

    /// While the member of CONFIG is stopped: have it go on as a voter of the new ensemble
    /// that --members, --epoch and --zxid tell. What others alone had is given up.
    #[arg(long, requires_all = ["config", "members", "epoch", "zxid"])]
    pub force_quorum: bool,

    /// The new ensemble, a line for each: server.1=host:2888:3888:participant;2181
    #[arg(long, value_name = "LINE", requires = "force_quorum")]
    pub members: Vec<String>,

    /// An epoch above the acceptedEpoch of every member; the same for all that are forced.
    #[arg(long, value_name = "N", requires = "force_quorum")]
    pub epoch: Option<i32>,

    /// The last transaction of this member, as --inspect shows it.
    #[arg(long, value_name = "0xZXID", requires = "force_quorum")]
    pub zxid: Option<String>,
}
