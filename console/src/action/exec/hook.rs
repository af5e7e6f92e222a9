//! The operator's commands of `[cluster.hooks]`: an argv without a shell, hosts in strict
//! syntax, output line by line, and a deadline that kills what the command has started.
//!
//! ```toml
//! [cluster.hooks]                   # {host}, {id} and {address} are filled in
//! restart = "ssh {host} sudo systemctl restart zookeeper"
//! start = ["ssh", "{host}", "sudo systemctl start zookeeper"]
//! ```

use std::time::Duration;

use tokio::sync::mpsc;

use super::{Fault, Lines};
use crate::{
    action::facts::MemberFacts,
    permit::Permit,
    program::{self, Failure, Said, host_of},
    source,
};

/// ssh's own exit code: the far end may have done it all the same.
const SSH_FAILED: i32 = 255;
const PLACEHOLDERS: [&str; 3] = ["{host}", "{id}", "{address}"];

/// A command with places to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The program and its arguments; not empty.
    argv: Vec<String>,
}

impl Hook {
    /// From one line, split at spaces: there is no shell, and nothing is quoted.
    ///
    /// # Errors
    /// In words, what was expected.
    pub fn from_line(line: &str) -> Result<Self, String> {
        if line.contains(['"', '\'', '\\', '$', '`', '|', '&', ';', '<', '>']) {
            return Err("no shell reads it: write what needs quotes as a list of words".to_owned());
        }
        Self::from_words(line.split_whitespace().map(str::to_owned).collect())
    }

    /// What is run; it may have a place to fill in.
    #[must_use]
    pub fn program(&self) -> &str {
        self.argv.first().map_or("", String::as_str)
    }

    /// From its words.
    ///
    /// # Errors
    /// In words, what was expected.
    pub fn from_words(argv: Vec<String>) -> Result<Self, String> {
        if argv.first().is_none_or(String::is_empty) {
            return Err("expected a program and its arguments".to_owned());
        }
        for word in &argv {
            let mut rest = word.clone();
            for placeholder in PLACEHOLDERS {
                rest = rest.replace(placeholder, "");
            }
            if rest.contains('{') {
                let known = PLACEHOLDERS.join(", ");
                return Err(format!("expected {known}, found \"{word}\""));
            }
        }
        Ok(Self { argv })
    }

    /// The words for a member.
    fn argv_for(&self, member: &MemberFacts) -> Result<Vec<String>, String> {
        let host = host_of(&member.address)?;
        let id = member.sid.map_or(String::new(), |sid| sid.to_string());
        if id.is_empty() && self.argv.iter().any(|word| word.contains("{id}")) {
            return Err(format!("the id of {} is not known", member.name));
        }
        let fill = |word: &String| {
            word.replace("{host}", host)
                .replace("{id}", &id)
                .replace("{address}", &member.address)
        };
        Ok(self.argv.iter().map(fill).collect())
    }

    /// Runs one that only reads, and takes what it prints.
    ///
    /// # Errors
    /// In words.
    pub(in crate::action) async fn read(&self, member: &MemberFacts) -> Result<String, String> {
        let argv = self.argv_for(member)?;
        Ok(source::run_hook(&argv, &member.address).await?.join("\n"))
    }

    /// The same for one that names no member.
    ///
    /// # Errors
    /// In words.
    pub(in crate::action) async fn read_here(&self) -> Result<String, String> {
        Ok(source::run_hook(&self.argv, "localhost").await?.join("\n"))
    }

    /// Runs it for a member, with this on its standard input.
    ///
    /// # Errors
    /// [`Fault::Unknown`] where it was killed at the deadline, or ssh lost the far end: it may
    /// have done its work.
    pub(super) async fn run(
        &self,
        _permit: Permit,
        member: &MemberFacts,
        input: Option<String>,
        lines: &Lines,
        deadline: Duration,
    ) -> Result<(), Fault> {
        let argv = self.argv_for(member).map_err(Fault::Failed)?;
        lines.tell(&format!("$ {}", argv.join(" "))).await;
        let (said, mut heard) = mpsc::channel::<Said>(64);
        let telling = async {
            while let Some(said) = heard.recv().await {
                lines.tell(&said.line).await;
            }
        };
        let (ended, ()) = tokio::join!(program::run(&argv, input, deadline, said), telling);
        let status = ended.map_err(|failure| match failure {
            Failure::NotStarted(why) => Fault::Failed(why),
            Failure::Unknown(why) => Fault::Unknown(why),
        })?;
        // It has run, so it has a name.
        let program = argv.first().map_or("", String::as_str);
        match status.code() {
            Some(0) => Ok(()),
            Some(SSH_FAILED) | None => Err(Fault::Unknown(format!("{program}: {status}"))),
            Some(_) => Err(Fault::Failed(format!("{program}: {status}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::Sid;

    use super::*;
    use crate::action::{
        facts::{Answer, Run},
        outcome::Progress,
    };

    fn member(address: &str) -> MemberFacts {
        MemberFacts {
            address: address.to_owned(),
            sid: Some(Sid(3)),
            name: "3".to_owned(),
            answer: Answer::Serving { ms: 1 },
            is_ours: None,
            version: None,
            role: None,
            phase: None,
            votes: true,
            is_cut_off: false,
            abstains: false,
            zxid: None,
            lag: None,
            connections: None,
            sessions: None,
            run: Run::default(),
            leads_ms: None,
            expired: None,
            syncing: None,
            config_version: None,
            admin: None,
        }
    }

    async fn run(words: &[&str], limit_ms: u64) -> (Result<(), Fault>, Vec<String>) {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let (progress, mut told) = mpsc::channel(1000);
        let permit = Permit::unless(false).unwrap();
        let done = Hook::from_words(words)
            .unwrap()
            .run(
                permit,
                &member("zk3:2181"),
                None,
                &Lines::new(progress),
                Duration::from_millis(limit_ms),
            )
            .await;
        let mut lines = Vec::new();
        while let Ok(Progress::Line(line)) = told.try_recv() {
            lines.push(line);
        }
        (done, lines)
    }

    #[tokio::test]
    async fn its_words_are_filled_in_and_its_lines_told_without_control_bytes() {
        let (done, lines) = run(&["printf", "{host} {id} {address}\\n\\033[2J\\n"], 10_000).await;
        assert_eq!(done, Ok(()));
        assert_eq!(lines[1..], ["zk3 3 zk3:2181", "\\x1b[2J"]);
    }

    #[tokio::test]
    async fn one_that_hangs_is_killed_with_all_it_started_and_its_work_is_unknown() {
        let script = "echo working; sleep 100 & sleep 100";
        let (done, lines) = run(&["sh", "-c", script], 300).await;
        assert!(matches!(done, Err(Fault::Unknown(why)) if why.contains("killed")));
        assert_eq!(lines[1], "working");
    }

    #[tokio::test]
    async fn a_failure_is_one_and_sshs_own_is_unknown() {
        let (done, _) = run(&["sh", "-c", "exit 3"], 10_000).await;
        assert!(matches!(done, Err(Fault::Failed(why)) if why.contains('3')));
        let (done, _) = run(&["sh", "-c", "exit 255"], 10_000).await;
        assert!(matches!(done, Err(Fault::Unknown(_))));
    }

    #[tokio::test]
    async fn a_service_that_keeps_the_pipes_open_does_not_hold_it_up() {
        let (done, _) = run(&["sh", "-c", "sleep 5 & exit 0"], 4_000).await;
        assert_eq!(done, Ok(()));
    }

    #[test]
    fn a_host_that_could_be_an_option_or_a_command_is_refused() {
        let hook = Hook::from_line("ssh {host} true").unwrap();
        assert!(hook.argv_for(&member("zk1.example.org:2181")).is_ok());
        for address in [
            "-oProxyCommand=x:2181",
            "a b:2181",
            "a;b:2181",
            "$(x):2181",
            ":2181",
        ] {
            assert!(hook.argv_for(&member(address)).is_err(), "{address}");
        }
    }
}
