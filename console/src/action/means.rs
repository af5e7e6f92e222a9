//! What this console can act with on the ensemble before it: the operator's hooks, credentials,
//! a demo's processes. Only whether they are there; what they are, the executors know.

use std::collections::{BTreeMap, BTreeSet};

use zoowarden_shared::Sid;

use super::plan::HookKind;

/// What there is to act with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Means {
    /// The cluster's name: it stands in every gate, and some actions want it typed.
    pub cluster: String,
    /// Nothing may be changed, whatever is asked.
    pub is_read_only: bool,
    /// The hooks that console.toml names for this cluster.
    pub hooks: BTreeSet<HookKind>,
    /// Whether there are digest credentials for the members.
    pub has_credentials: bool,
    /// The members whose processes this console has started, by client address.
    pub processes: BTreeSet<String>,
    /// Those of them that ended because their data are damaged (exit code 65), and do not run.
    pub damaged: BTreeSet<String>,
    /// Those of them that their supervisors have given up, and why.
    pub given_up: BTreeMap<String, String>,
    /// The members of this host, whose files are in reach while they are stopped.
    pub local: BTreeSet<Sid>,
    /// For how long a member that took another's place is watched, milliseconds.
    pub watch_ms: u64,
}

/// How long that is where nobody says otherwise.
pub const WATCH_MS: u64 = 60_000;

impl Means {
    /// Whether this can be done to a stopped member's files.
    #[must_use]
    pub fn reaches(&self, kind: HookKind, sid: Sid) -> bool {
        let is_offline = matches!(
            kind,
            HookKind::Inspect | HookKind::Force | HookKind::SetAside
        );
        self.hooks.contains(&kind) || (is_offline && self.local.contains(&sid))
    }
}
