//! `--shadow`: it follows an ensemble, finds every digest right, and leaves everything as it
//! was.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by them"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Lines},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use zoowarden_testkit::{Ensemble, Kind, Options, our_server, words};

/// A running shadow, which reports in JSON.
struct Shadow {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Shadow {
    fn start(hosts: &[String], directory: &Path) -> Self {
        let mut child = command(hosts, directory)
            .arg("--json")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line of this kind, which comes at the latest when the shadow ends.
    fn line(&mut self, event: &str) -> Value {
        for line in self.lines.by_ref() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if line["event"] == event {
                return line;
            }
        }
        panic!(
            "it ended before a line \"{event}\": {:?}",
            self.child.wait()
        );
    }

    /// SIGINT: the last report and the exit status.
    fn stop(mut self) -> (Value, ExitStatus) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        let report = self.line("end");
        (report, self.child.wait().unwrap())
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(hosts: &[String], directory: &Path) -> Command {
    let mut command = Command::new(our_server());
    command
        .args(["--shadow", &hosts.join(","), "--data-dir"])
        .arg(directory);
    command
}

fn number(report: &Value, key: &str) -> u64 {
    report[key]
        .as_u64()
        .unwrap_or_else(|| panic!("{key} in {report}"))
}

/// The epoch that a member is in, by its last transaction.
fn epoch(address: SocketAddr) -> u64 {
    words::srvr(address).expect("it serves").zxid >> 32
}

/// What a leader says of its ensemble that a shadow must leave as it was.
fn standing(address: SocketAddr) -> Vec<String> {
    let text = words::ask(address, "mntr");
    let keys = [
        "zk_quorum_size\t",
        "zk_synced_followers\t",
        "zk_learners\t",
        "zk_synced_observers\t",
        "zk_server_state\t",
    ];
    let lines = text
        .lines()
        .filter(|line| keys.iter().any(|key| line.starts_with(key)));
    lines.map(str::to_owned).collect()
}

/// A shadow comes by SNAP, goes, comes again by DIFF, and stays through a change of leaders.
fn follows_through_a_failover(kind: Kind) {
    let mut ensemble = Ensemble::started(&[kind; 3], &Options::default());
    let leader = ensemble.wait_level();
    let address = ensemble.address(leader);
    let first_epoch = epoch(address);
    let before = standing(address);
    let hosts = ensemble.addresses();
    let directory = tempfile::tempdir().unwrap();

    let writer = ensemble.writer("shadowed", &[1, 2, 3]);
    let mut shadow = Shadow::start(&hosts, directory.path());
    assert_eq!(number(&shadow.line("following"), "epoch"), first_epoch);
    writer.wait_for_more(200);
    let (report, status) = shadow.stop();
    assert!(status.success(), "{report}");
    assert!(number(&report, "digests_checked") > 0, "{report}");
    assert_eq!(number(&report, "digest_mismatches"), 0, "{report}");
    ensemble.wait("nothing is left of it", |_| {
        (standing(address) == before).then_some(())
    });
    assert_eq!(epoch(address), first_epoch, "it has raised the epoch");

    let mut shadow = Shadow::start(&hosts, directory.path());
    let begun = shadow.line("following");
    assert_eq!(begun["sync"], "DIFF", "{begun}");
    ensemble.kill(leader);
    let found = shadow.line("following");
    let second = ensemble.wait_settled();
    assert_eq!(number(&found, "leader"), second as u64);
    assert_eq!(
        number(&found, "epoch"),
        first_epoch + 1,
        "one change, one epoch"
    );
    writer.wait_for_more(200);
    let (report, status) = shadow.stop();
    assert!(status.success(), "{report}");
    assert_eq!(number(&report, "digest_mismatches"), 0, "{report}");
    assert_eq!(number(&report, "reconnects"), 1, "{report}");
    writer.finish();
}

#[test]
fn it_follows_members_of_ours() {
    follows_through_a_failover(Kind::Ours);
}

#[test]
#[ignore = "needs Apache ZooKeeper 3.8.0 in /usr/share/java: cargo test --test shadow -- --ignored"]
fn it_follows_apache_members() {
    follows_through_a_failover(Kind::Apache);
}

/// Another ensemble's data at the same place in the log: nobody can see it but by the digests.
#[test]
fn a_tree_that_differs_is_noticed_at_the_next_transaction() {
    let directory = tempfile::tempdir().unwrap();
    let mut one = Ensemble::started(&[Kind::Ours; 3], &Options::default());
    one.client(1).make("/one");
    one.wait_level();
    let mut shadow = Shadow::start(&one.addresses(), directory.path());
    shadow.line("following");
    let (report, status) = shadow.stop();
    assert!(status.success(), "{report}");
    drop(one);

    let mut other = Ensemble::started(&[Kind::Ours; 3], &Options::default());
    for path in ["/other", "/another"] {
        other.client(1).make(path);
    }
    let mut shadow = Shadow::start(&other.addresses(), directory.path());
    shadow.line("following");
    other.client(2).make("/more");
    other.wait_level();
    let (report, status) = shadow.stop();
    assert_eq!(status.code(), Some(1), "{report}");
    assert!(number(&report, "digest_mismatches") > 0, "{report}");
    assert!(report["first_mismatch"].is_string(), "{report}");
}

#[test]
fn what_it_cannot_do_is_said_with_exit_code_2() {
    let nobody = ["127.0.0.1:1".to_owned()];
    let directory = tempfile::tempdir().unwrap();
    let output = command(&nobody, directory.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("cannot learn who the ensemble is"), "{text}");
    let member = tempfile::tempdir().unwrap();
    fs::write(member.path().join("myid"), "1").unwrap();
    let output = command(&nobody, member.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("belongs to a member"), "{text}");
}
