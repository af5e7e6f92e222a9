//! What differs between ensembles: the lines that all members' zoo.cfg share.

/// What differs between ensembles.
#[derive(Clone, Debug)]
pub struct Options {
    pub tick_ms: u32,
    /// A snapshot about every so many transactions.
    pub snap_count: u32,
    /// The sids that do not vote.
    pub observers: Vec<usize>,
    /// Whether members of ours have their AdminServers.
    pub admin: bool,
    /// More lines of every zoo.cfg.
    pub settings: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tick_ms: 1000,
            snap_count: 100_000,
            observers: Vec::new(),
            admin: false,
            settings: "",
        }
    }
}

impl Options {
    /// The lines of zoo.cfg that all members share, but for those of the members.
    pub(super) fn lines(&self) -> String {
        // Small logs, so that faults and restarts meet their ends and beginnings too.
        format!(
            "tickTime={}\ninitLimit=10\nsyncLimit=5\nmaxClientCnxns=0\nsnapCount={}\n\
             preAllocSize=256\n4lw.commands.whitelist=*\n{}",
            self.tick_ms, self.snap_count, self.settings
        )
    }
}
