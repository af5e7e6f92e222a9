//! One action at a time: two that each leave a quorum can take it away together.
//!
//! On one host a locked file per member says who acts; it is let go with the process. From
//! other hosts members of ours know, by the word of those who act there.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
    time::Duration,
};

use zoowarden_client::http;
use zoowarden_shared::admin::{CONSOLES_PATH, Consoles, MAX_CONSOLES, Presence};

use super::{facts::Facts, poll::Way, recorder::Operator, spec::Kind};
use crate::{model::clock::time_of_day, source::state_dir, text::clean};

/// What such a file says is not longer, bytes.
const MOST: u64 = 512;
/// A name of a file is not longer.
const NAME: usize = 200;

/// Where those files are.
#[derive(Clone, Debug)]
pub struct Turns {
    dir: Option<PathBuf>,
}

/// Held for as long as the action goes on.
#[derive(Debug)]
pub struct Turn {
    _held: Vec<File>,
}

impl Turns {
    /// Of this user; without a home nobody is held up.
    #[must_use]
    pub fn own() -> Self {
        Self {
            dir: state_dir().map(|dir| dir.join("turns")),
        }
    }

    /// In this directory.
    #[must_use]
    pub fn at(dir: PathBuf) -> Self {
        Self { dir: Some(dir) }
    }

    /// Takes the turn at all these members; `what` is told to whoever comes meanwhile.
    ///
    /// # Errors
    /// In words: who has it, or why it cannot be taken.
    pub fn take(&self, members: &[String], what: &str) -> Result<Turn, String> {
        let mut held = Vec::new();
        for mut file in self.files(members)? {
            lock(&mut file)?;
            held.push(file);
        }
        for file in &mut held {
            let write = |file: &mut File| {
                file.set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
                file.write_all(what.as_bytes())
            };
            write(file).map_err(|error| cannot(&error))?;
        }
        Ok(Turn { _held: held })
    }

    /// Who has the turn at any of these members.
    ///
    /// # Errors
    /// In words, why it cannot be told.
    pub fn taken(&self, members: &[String]) -> Result<Option<String>, String> {
        let mut files = self.files(members)?;
        Ok(files.iter_mut().find_map(|file| lock(file).err()))
    }

    fn files(&self, members: &[String]) -> Result<Vec<File>, String> {
        let Some(dir) = &self.dir else {
            return Ok(Vec::new());
        };
        fs::create_dir_all(dir).map_err(|error| cannot(&error))?;
        // In one order, so that of two who come at once one has all.
        let mut names: Vec<String> = members.iter().map(|member| name_of(member)).collect();
        names.sort_unstable();
        names.dedup();
        let open = |name: &String| {
            let mut options = OpenOptions::new();
            options.create(true).read(true).write(true).truncate(false);
            options.mode(0o600).open(dir.join(name))
        };
        let files: Result<Vec<File>, _> = names.iter().map(open).collect();
        files.map_err(|error| cannot(&error))
    }
}

/// Locks it, or says what its holder wrote.
fn lock(file: &mut File) -> Result<(), String> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            let mut said = String::new();
            let read = file.take(MOST).read_to_string(&mut said);
            Err(match read {
                Ok(_) if !said.is_empty() => clean(&said),
                _ => "another action on this host".to_owned(),
            })
        }
        Err(TryLockError::Error(error)) => Err(cannot(&error)),
    }
}

fn cannot(error: &std::io::Error) -> String {
    format!("whether another action runs on this host cannot be told: {error}")
}

fn name_of(member: &str) -> String {
    let plain = |c: char| match c.is_ascii_alphanumeric() || matches!(c, '.' | '-') {
        true => c,
        false => '_',
    };
    member.chars().take(NAME).map(plain).collect()
}

/// `ann@desk, process 71: restart 3, since 23:10:02 UTC`.
#[must_use]
pub fn told(operator: &Operator, action: &str, wall_ms: i64) -> String {
    let since = time_of_day(wall_ms);
    let process = std::process::id();
    format!(
        "{}, process {process}: {action}, since {since} UTC",
        operator.at_host()
    )
}

/// Whoever acts on another host, by the word of the members of ours.
pub(super) async fn elsewhere(way: &Way, facts: &Facts, here: &str) -> Option<String> {
    let deadline = Duration::from_millis(facts.deadline_ms);
    let path = format!("/commands/{CONSOLES_PATH}");
    let admins = facts.members.iter().filter(|one| one.is_ours == Some(true));
    // One is enough: all are told.
    let admin = admins
        .filter(|one| one.is_alive())
        .find_map(|one| one.admin.as_ref())?;
    let answer = http::get_by(&way.reach.admin, &admin.address, &path, deadline).await;
    let told: Consoles = serde_json::from_str(&answer.ok()?.body).ok()?;
    let at_host = format!("@{here}");
    let mut others = told.consoles.into_iter().take(MAX_CONSOLES);
    let other = others.find(|one| has_a_turn(one) && !one.who.ends_with(&at_host))?;
    let gate = other.gate.unwrap_or_default();
    Some(format!("{}: {}", clean(&other.who), clean(&gate)))
}

/// Whether a console acts where no other may meanwhile; what is not known here counts.
#[must_use]
pub fn has_a_turn(console: &Presence) -> bool {
    let kind = console.gate.as_deref().and_then(Kind::told);
    console.acts && kind.is_none_or(Kind::takes_a_turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_who_come_for_the_same_member_one_waits_until_the_other_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let turns = Turns::at(dir.path().join("turns"));
        let members =
            |ids: &[&str]| -> Vec<String> { ids.iter().map(|id| format!("zk{id}:2181")).collect() };
        let turn = turns
            .take(&members(&["1", "2", "3"]), "ann@desk: restart 1")
            .unwrap();
        assert_eq!(
            turns
                .take(&members(&["3", "4"]), "op: restart 3")
                .unwrap_err(),
            "ann@desk: restart 1"
        );
        let taken = turns.taken(&members(&["2"])).unwrap();
        assert_eq!(taken.as_deref(), Some("ann@desk: restart 1"));
        assert_eq!(
            turns.taken(&members(&["4"])),
            Ok(None),
            "nothing stays held of a refusal"
        );
        let other = turns.take(&members(&["4", "5"]), "op: restart 4").unwrap();
        drop((turn, other));
        turns
            .take(&members(&["1", "2", "3", "4"]), "op: restart 3")
            .unwrap();
    }

    #[test]
    fn what_no_file_can_be_called_is_called_otherwise() {
        assert_eq!(name_of("../a b:2181"), ".._a_b_2181");
        assert_eq!(name_of(&"x".repeat(4000)).len(), NAME);
    }
}
