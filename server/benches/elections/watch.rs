//! What the members counted and said, and their old files, which nobody needs here.

use zoowarden_server::disk::{DataDirs, MIN_RETAINED, RealDisk, purge as purge_files};
use zoowarden_testkit::{Ensemble, wait_until, words};

/// How long a member that has too much to do may take to answer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
/// What members log of an election and its causes.
const TELLING: [&str; 5] = ["lead", "elected", "let server", "quorum", "WARN"];

/// Of all members together.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    /// Searches for a leader since each was started (`looking_count`).
    pub(crate) searches: u64,
    /// The greatest epoch that any of them is in.
    pub(crate) epoch: u64,
}

impl Counts {
    /// Asks each member until it answers: one that looks for a leader does not.
    pub(crate) fn of(ensemble: &Ensemble) -> Self {
        let mut counts = Self {
            searches: 0,
            epoch: 0,
        };
        for address in ensemble.members().iter().map(|member| member.address()) {
            wait_until("a member answers", PATIENCE, || {
                let said = words::mntr(address).get("looking_count").cloned();
                let searches = said.and_then(|count| count.parse::<u64>().ok());
                let answer = searches.zip(words::srvr(address));
                if let Some((searches, srvr)) = answer {
                    counts.searches += searches;
                    counts.epoch = counts.epoch.max(srvr.zxid >> 32);
                }
                answer.is_some()
            });
        }
        counts
    }
}

/// Removes logs and snapshots that a restart would not need: an hour of them fills a disk.
pub(crate) fn purge(ensemble: &Ensemble) {
    for member in ensemble.members() {
        let dirs = DataDirs::new(&member.data(), None);
        if let Err(error) = purge_files(&RealDisk, &dirs, MIN_RETAINED) {
            eprintln!("member {}: old files stay: {error}", member.sid);
        }
    }
}

/// Prints the lines of the members' logs that tell of elections.
pub(crate) fn tell(ensemble: &Ensemble) {
    for member in ensemble.members() {
        println!("--- member {}", member.sid);
        let said = member.said();
        let telling = |line: &&str| TELLING.iter().any(|word| line.contains(word));
        said.lines()
            .filter(telling)
            .for_each(|line| println!("{line}"));
    }
}
