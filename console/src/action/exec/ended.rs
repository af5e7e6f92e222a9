//! What has become of a process that is waited for: one that stays down will not serve.
//!
//! Of a demo's members their supervisors tell; of members of this very host (`[cluster.local]`)
//! the file that a supervisor leaves in the data directory. Of any other nobody tells.

use std::path::Path;

use zoowarden_server::{
    Configured,
    supervise::{Phase, Report},
};

/// A process that has ended, and that nobody starts again by himself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// In a sentence: how it ended, and what its supervisor says.
    pub sentence: String,
    /// The end of its log, the newest last.
    pub last_words: Vec<String>,
}

impl Ended {
    /// By its supervisor's report; `None` while it runs or is about to.
    #[must_use]
    pub fn of(report: &Report) -> Option<Self> {
        let stays_down = match report.phase {
            Phase::Running | Phase::BackingOff => false,
            Phase::Stopped | Phase::Refused | Phase::Quarantined => report.pid.is_none(),
        };
        let end = report.ends.last().filter(|_| stays_down)?;
        Some(Self {
            sentence: format!("its process ended, {}: {}", end.how, report.sentence),
            last_words: end.last_words.clone(),
        })
    }

    /// Of a member whose configuration is on this host. What its supervisor said before this
    /// moment is of an earlier run.
    pub(super) fn on_this_host(config: &Path, since_wall_ms: i64) -> Option<Self> {
        let configured = Configured::read(config, &[]).ok()?;
        let report = Report::read(&configured.config.data_dir).ok()??;
        let since_ms = i64::try_from(report.since_ms).ok()?;
        if since_ms < since_wall_ms {
            return None;
        }
        Self::of(&report)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use zoowarden_server::supervise::EndRecord;

    use super::*;

    fn quarantined() -> Report {
        Report {
            phase: Phase::Quarantined,
            sentence: "quarantined".to_owned(),
            since_ms: 5_000,
            ended: 3,
            ends: vec![EndRecord {
                pid: 7,
                at_ms: 4_999,
                ran_ms: 1,
                how: "exit status: 1".to_owned(),
                ordered: false,
                last_words: vec!["no space left on device".to_owned()],
            }],
            ..Report::default()
        }
    }

    #[test]
    fn one_that_is_about_to_be_started_again_is_waited_for() {
        let backing_off = Report {
            phase: Phase::BackingOff,
            ..quarantined()
        };
        assert_eq!(Ended::of(&backing_off), None);
        assert_eq!(Ended::of(&Report::default()), None);
        let ended = Ended::of(&quarantined()).unwrap();
        assert_eq!(
            ended.sentence,
            "its process ended, exit status: 1: quarantined"
        );
        assert_eq!(ended.last_words, ["no space left on device"]);
    }

    #[test]
    fn a_supervisor_of_this_host_tells_by_its_file_and_nothing_of_an_earlier_run() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("zoo.cfg");
        let data = home.path().join("data");
        fs::create_dir(&data).unwrap();
        let text = format!("dataDir={}\nclientPort=2181\n", data.display());
        fs::write(&config, text).unwrap();
        assert_eq!(Ended::on_this_host(&config, 0), None);
        quarantined().write(&data).unwrap();
        assert!(Ended::on_this_host(&config, 4_000).is_some());
        assert_eq!(Ended::on_this_host(&config, 6_000), None);
    }
}
