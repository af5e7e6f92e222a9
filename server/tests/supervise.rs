//! The supervisor beside a real member: what it starts again, what not, and who can tell it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by them"
)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Output},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use zoowarden_server::{
    exit,
    supervise::{Answer, Phase, Report, Word, ask, control_path},
};
use zoowarden_testkit::{Process, free_port, our_server, wait_until};

const PATIENCE: Duration = Duration::from_secs(20);

/// A data directory with a standalone member's configuration.
struct Home {
    directory: TempDir,
    runtime: Runtime,
}

impl Home {
    fn new() -> Self {
        let home = Self {
            directory: tempfile::tempdir().unwrap(),
            runtime: Runtime::new().unwrap(),
        };
        fs::create_dir(home.data()).unwrap();
        let text = format!(
            "dataDir={}\nclientPort={}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n",
            home.data().display(),
            free_port()
        );
        fs::write(home.config(), text).unwrap();
        home
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn config(&self) -> PathBuf {
        self.directory.path().join("zoo.cfg")
    }

    fn supervise(&self) -> Process {
        let mut command = Command::new(our_server());
        command.arg("--supervise").arg(self.config());
        Process::spawn("supervisor", command, &self.directory.path().join("log"))
    }

    fn ask(&self, word: Word) -> Option<Answer> {
        self.runtime.block_on(ask(&self.data(), word)).ok()
    }

    fn wait(&self, what: &str, is_so: impl Fn(&Report) -> bool) -> Report {
        let mut found = None;
        wait_until(what, PATIENCE, || {
            found = self.ask(Word::Status).and_then(|answer| answer.report);
            found.as_ref().is_some_and(&is_so)
        });
        found.unwrap()
    }

    fn wait_running(&self, starts: u64) -> Report {
        self.wait("the member runs", |report| {
            report.phase == Phase::Running && report.starts == starts
        })
    }

    fn control(&self, order: &str) -> Output {
        let mut command = Command::new(our_server());
        command.arg("--control").arg(self.data()).arg(order);
        command.output().unwrap()
    }
}

fn pid(report: &Report) -> Pid {
    Pid::from_raw(report.pid.unwrap() as i32).unwrap()
}

fn wait_until_gone(pid: Pid) {
    wait_until("the process is gone", PATIENCE, || {
        test_kill_process(pid).is_err()
    });
}

#[test]
fn a_killed_member_is_started_again_until_it_is_quarantined() {
    let home = Home::new();
    let mut supervisor = home.supervise();
    for starts in [1, 2] {
        let report = home.wait_running(starts);
        assert_eq!(report.restarts, starts - 1, "nobody has told it to");
        kill_process(pid(&report), Signal::KILL).unwrap();
        let waiting = home.wait("it backs off", |report| report.phase == Phase::BackingOff);
        let end = waiting.ends.last().unwrap();
        assert!(end.how.contains("SIGKILL") && !end.ordered, "{end:?}");
        assert_eq!(Some(end.pid), report.pid);
        assert!(waiting.sentence.contains(&format!("{starts} s")));
    }
    kill_process(pid(&home.wait_running(3)), Signal::KILL).unwrap();
    let down = home.wait("it is quarantined", |report| {
        report.phase == Phase::Quarantined
    });
    assert!(down.sentence.contains("--control") && down.sentence.contains("release"));
    assert_eq!(down.ended, 3);

    let refused = home.control("start");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stdout).contains("quarantined"));
    // Another supervisor does not forget it.
    supervisor.stop();
    assert_eq!(
        Report::read(&home.data()).unwrap().unwrap().phase,
        Phase::Quarantined
    );
    let mut supervisor = home.supervise();
    home.wait("it is still quarantined", |report| {
        report.phase == Phase::Quarantined && report.starts == 0
    });
    assert!(home.control("release").status.success());
    let report = home.wait_running(1);
    supervisor.stop();
    wait_until_gone(pid(&report));
    let left = Report::read(&home.data()).unwrap().unwrap();
    assert_eq!((left.phase, left.pid), (Phase::Stopped, None));
    let end = left.ends.last().unwrap();
    assert!(end.ordered, "{end:?}");
    assert!(!control_path(&home.data()).exists());
    let status = home.control("status");
    assert!(String::from_utf8_lossy(&status.stdout).contains("no supervisor runs"));
}

#[test]
fn orders_are_obeyed_and_only_the_owner_can_give_them() {
    let home = Home::new();
    let _supervisor = home.supervise();
    let first = home.wait_running(1);
    let mode = fs::metadata(control_path(&home.data()))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);

    home.ask(Word::Stop).unwrap();
    let stopped = home.wait("it is stopped", |report| report.phase == Phase::Stopped);
    assert!(stopped.ends.last().unwrap().ordered);
    assert!(test_kill_process(pid(&first)).is_err());
    let refused = home.ask(Word::Release).unwrap();
    assert!(!refused.ok && refused.said.contains("not quarantined"));
    assert!(home.ask(Word::Start).unwrap().ok);
    home.wait_running(2);
    home.ask(Word::Restart).unwrap();
    home.wait_running(3);
    assert!(!home.control("dance").status.success());

    // A second supervisor would start a second member.
    let mut second = home.supervise();
    assert!(!second.wait_for_end().success());
    assert!(second.said().contains("another process"));
}

#[test]
fn what_an_operator_must_mend_is_not_tried_again() {
    let home = Home::new();
    let files = home.data().join("version-2");
    fs::create_dir(&files).unwrap();
    fs::write(files.join("log.1"), b"no log").unwrap();
    let mut member = Command::new(our_server());
    let member = member.arg(home.config()).output().unwrap();
    assert_eq!(member.status.code(), Some(exit::DATA_REFUSED.into()));

    let mut supervisor = home.supervise();
    let refused = home.wait("it is given up", |report| report.phase == Phase::Refused);
    assert_eq!((refused.starts, refused.ends.len()), (1, 1));
    let words = refused.ends[0].last_words.join("\n");
    assert!(words.contains("log"), "{words}");
    assert!(
        supervisor.said().contains(&words),
        "its log is passed on: {words}"
    );
    fs::remove_file(files.join("log.1")).unwrap();
    home.ask(Word::Start).unwrap();
    let report = home.wait_running(2);
    supervisor.kill();
    wait_until_gone(pid(&report));

    fs::write(home.config(), "dataDir=/nowhere\nclientPort=none\n").unwrap();
    for arguments in [&["--supervise"][..], &[]] {
        let mut command = Command::new(our_server());
        let ended = command.args(arguments).arg(home.config()).output().unwrap();
        assert_eq!(ended.status.code(), Some(exit::WRONG_CONFIG.into()));
    }
}
