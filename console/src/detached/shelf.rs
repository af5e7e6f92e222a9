//! Where the journals are: the plans that run on this host, and the last that have ended.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use super::entry::{Begun, Entry};
use crate::source::state_dir;

/// Journals that are kept.
const KEPT: usize = 50;
/// Of a journal, what is read at most, bytes: more than one is ever written.
const READ_LIMIT_BYTES: u64 = 8 << 20;

/// The directory of the journals.
#[derive(Clone, Debug)]
pub struct Shelf {
    directory: PathBuf,
}

/// A plan, as its journal tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The name of its journal.
    pub id: String,
    pub begun: Begun,
    /// The step that it is at, or was at last.
    pub step: Option<usize>,
    /// What that step waits for.
    pub waiting: Option<String>,
    pub state: State,
}

/// Whether a plan runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Runs,
    /// With this last entry.
    Ended(Entry),
    /// Its process is gone and has not said how it ended: verify.
    Lost,
}

impl Plan {
    /// How far it is, in few words.
    #[must_use]
    pub fn standing(&self) -> String {
        let at = self.step.unwrap_or_default();
        let does = self.begun.steps.get(at).map_or("", String::as_str);
        let now = self.waiting.as_deref().unwrap_or(does);
        format!("step {} of {}: {now}", at + 1, self.begun.steps.len())
    }
}

impl Shelf {
    /// This user's; `None` where there is no home.
    #[must_use]
    pub fn own() -> Option<Self> {
        Some(Self::at(state_dir()?.join("plans")))
    }

    /// In this directory, which need not be there yet.
    #[must_use]
    pub fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Where the journal of this name is.
    #[must_use]
    pub fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.jsonl"))
    }

    /// All plans, the newest first. What cannot be read is passed over.
    #[must_use]
    pub fn plans(&self) -> Vec<Plan> {
        let ids = self.ids().unwrap_or_default();
        ids.iter()
            .filter_map(|id| read(id, &self.path(id)))
            .collect()
    }

    /// Drops the oldest journals; those of plans that run stay.
    pub fn tidy(&self) {
        let ids = self.ids().unwrap_or_default();
        for id in ids.iter().skip(KEPT) {
            let path = self.path(id);
            if File::open(&path).is_ok_and(|file| !is_locked(&file)) {
                // Another console may have been first.
                let _ = fs::remove_file(path);
            }
        }
    }

    /// The names of the journals, the newest first: they begin with the time.
    fn ids(&self) -> io::Result<Vec<String>> {
        let mut ids: Vec<String> = fs::read_dir(&self.directory)?
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                Some(name.strip_suffix(".jsonl")?.to_owned())
            })
            .collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        Ok(ids)
    }
}

fn read(id: &str, path: &Path) -> Option<Plan> {
    let mut file = File::open(path).ok()?;
    // Looked at first: who ends while it is read has written how.
    let runs = is_locked(&file);
    let mut text = String::new();
    file.by_ref()
        .take(READ_LIMIT_BYTES)
        .read_to_string(&mut text)
        .ok()?;
    let mut entries = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Entry>(line).ok());
    let Some(Entry::Begun(begun)) = entries.next() else {
        return None;
    };
    let mut plan = Plan {
        id: id.to_owned(),
        begun,
        step: None,
        waiting: None,
        state: if runs { State::Runs } else { State::Lost },
    };
    for entry in entries {
        match entry {
            Entry::Step { step } => (plan.step, plan.waiting) = (Some(step), None),
            Entry::Waiting { why } => plan.waiting = Some(why),
            Entry::Begun(_) | Entry::Line { .. } => {}
            last => plan.state = State::Ended(last),
        }
    }
    Some(plan)
}

/// Whether a process writes it.
fn is_locked(file: &File) -> bool {
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => true,
        // Closing it unlocks it.
        Ok(()) | Err(TryLockError::Error(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::journal::Journal, *};

    fn begun() -> Entry {
        Entry::Begun(Begun {
            cluster: "prod".into(),
            action: vec!["rolling-restart".into()],
            steps: vec!["restart zk1".into(), "zk1 follows".into()],
            principal: "os:ann".into(),
            ticket: "CHG-1".into(),
            pid: 7,
            unix_ms: 1,
        })
    }

    #[test]
    fn a_plan_runs_ends_or_is_lost() {
        let home = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(home.path().join("plans"));
        assert!(shelf.plans().is_empty());
        let mut journal = Journal::begin(&shelf.path("1-a")).unwrap();
        journal.write(&begun()).unwrap();
        journal.write(&Entry::Step { step: 1 }).unwrap();
        let waiting = Entry::Waiting { why: "zk1".into() };
        journal.write(&waiting).unwrap();
        let [plan] = &shelf.plans()[..] else {
            panic!("one plan");
        };
        assert_eq!(plan.state, State::Runs);
        assert_eq!((plan.step, plan.waiting.as_deref()), (Some(1), Some("zk1")));
        drop(journal);
        assert_eq!(shelf.plans()[0].state, State::Lost);

        let mut other = Journal::begin(&shelf.path("2-b")).unwrap();
        let ended = Entry::NotBegun {
            why: "refused".into(),
        };
        other.write(&begun()).unwrap();
        other.write(&ended).unwrap();
        let plans = shelf.plans();
        assert_eq!(plans[0].id, "2-b");
        assert_eq!(plans[0].state, State::Ended(ended));
    }

    #[test]
    fn old_journals_go_and_running_ones_stay() {
        let home = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(home.path().to_owned());
        let runs = Journal::begin(&shelf.path("0000")).unwrap();
        for number in 1..=KEPT + 5 {
            Journal::begin(&shelf.path(&format!("{number:04}"))).unwrap();
        }
        shelf.tidy();
        let ids = shelf.ids().unwrap();
        assert_eq!(ids.len(), KEPT + 1);
        assert!(ids.contains(&"0000".to_owned()));
        drop(runs);
    }
}
