//! `status`, `watch`, `bench` and `config` as a script runs them, on the server that is in the same binary.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(60);

fn zoowarden(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zoowarden"))
        .args(args)
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"))
}

/// `zoowarden server`, which ends with this test.
struct Server {
    child: Child,
    addr: String,
    _dir: TempDir,
}

impl Server {
    fn start() -> Self {
        let dir = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let config = dir.path().join("zoo.cfg");
        let lines = format!(
            "dataDir={}\nclientPortAddress=127.0.0.1\nclientPort={}\nadmin.enableServer=false\n\
             maxClientCnxns=0\n",
            dir.path().join("data").display(),
            listener.local_addr().unwrap().port()
        );
        fs::write(&config, lines).unwrap();
        drop(listener);
        let child = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
            .args(["server", "--exit-with-parent"])
            .arg(&config)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            child,
            addr,
            _dir: dir,
        };
        let start = Instant::now();
        while server.status().status.code() != Some(0) {
            assert!(start.elapsed() < DEADLINE, "{:?}", server.status());
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    fn status(&self) -> Output {
        zoowarden(&["status", "--json", "--connect", &self.addr])
    }

    fn znodes(&self) -> i64 {
        json(&self.status())["members"][0]["znode_count"]
            .as_i64()
            .unwrap()
    }

    fn bench(&self, args: &[&str]) -> Output {
        let connect = ["bench", "--json", "--connect", &self.addr];
        zoowarden(&[&connect[..], args].concat())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn status_tells_a_standalone_server() {
    let server = Server::start();
    let status = json(&server.status());
    assert_eq!(status["verdict"], "healthy");
    assert_eq!(status["leader"], server.addr.as_str());
    let member = &status["members"][0];
    assert_eq!(member["address"], server.addr.as_str());
    assert_eq!(member["role"], "standalone");
    assert_eq!(member["reachable"], true);
    for key in [
        "zxid",
        "latency_ms",
        "connections",
        "znode_count",
        "version",
    ] {
        assert!(!member[key].is_null(), "{key}: {member}");
    }
}

/// `zoowarden watch`, its lines read as they come.
struct Watching {
    child: Child,
    lines: Receiver<Value>,
    /// All that were read.
    seen: Vec<Value>,
}

impl Watching {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
            .args(["watch", "--json"])
            .args(args)
            .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in out.lines() {
                let line = serde_json::from_str(&line.unwrap()).unwrap();
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// The first line of this kind with this text in its sentence.
    fn until(&mut self, kind: &str, text: &str) -> Value {
        let is_it = |line: &&Value| {
            line["kind"] == kind && line["sentence"].as_str().unwrap().contains(text)
        };
        let start = Instant::now();
        loop {
            if let Some(line) = self.seen.iter().find(is_it) {
                return line.clone();
            }
            let left = DEADLINE.saturating_sub(start.elapsed());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.seen.push(line),
                Err(_) => panic!("no {kind} with {text}: {:#?}", self.seen),
            }
        }
    }

    fn ended(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(start.elapsed() < DEADLINE);
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn watch_tells_that_a_member_goes_and_ends_by_a_signal() {
    let mut server = Server::start();
    let mut watching = Watching::start(&["--connect", &server.addr]);
    let first = watching.until("watching", &server.addr);
    assert_eq!(first["severity"], "info");
    assert!(first["time"].as_str().unwrap().ends_with('Z'), "{first}");
    watching.until("verdict", "healthy");
    server.child.kill().unwrap();
    let down = watching.until("down", &server.addr);
    assert_eq!(down["member"], server.addr.as_str());
    assert_eq!(down["severity"], "critical");
    watching.until("alarm", "");
    let notice = watching.until("notice", "");
    assert_ne!(notice["severity"], "info", "{notice}");
    let pid = Pid::from_child(&watching.child);
    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(watching.ended(), Some(0));
}

#[test]
fn watch_records_what_a_replay_can_show() {
    let server = Server::start();
    let mut watching = Watching::start(&["--connect", &server.addr, "--record"]);
    let said = watching.until("record", "into ");
    let ring = said["sentence"].as_str().unwrap().replacen("into ", "", 1);
    watching.until("verdict", "healthy");
    // Whoever comes second records nothing, and says so.
    let mut second = Watching::start(&["--connect", &server.addr, "--record"]);
    second.until("record", "another zoowarden records it");
    drop(second);
    kill_process(Pid::from_child(&watching.child), Signal::TERM).unwrap();
    assert_eq!(watching.ended(), Some(0));
    let recording = zoowarden_console::record::Recording::open(ring.as_ref()).unwrap();
    let (origin, _) = recording.run_of(0).unwrap();
    assert_eq!(origin.seeds, [server.addr.as_str()]);
    let moments = recording.read(0).unwrap();
    assert!(moments.len() > 2, "{moments:?}");
}

#[test]
fn watch_ends_by_itself_where_nobody_answers() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let mut watching = Watching::start(&["--connect", &address, "--for", "2s"]);
    watching.until("watching", &address);
    assert_eq!(watching.ended(), Some(0));
    let nonsense = zoowarden(&["watch", "--connect", "a:b"]);
    assert_eq!(nonsense.status.code(), Some(64));
}

#[test]
fn bench_asks_before_it_loads_what_is_not_its_own() {
    let server = Server::start();
    let before = server.znodes();
    let refused = server.bench(&["--mode", "create", "--count", "10"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        said.contains("/zoowarden-bench-") && said.contains("--yes"),
        "{said}"
    );
    assert_eq!(server.znodes(), before);
}

#[test]
fn bench_measures_and_leaves_nothing() {
    let server = Server::start();
    let before = server.znodes();
    let small = ["--yes", "--sessions", "3", "--window", "4", "--size", "10"];
    let counted = [&small[..], &["--mode", "create", "--count", "500"]].concat();
    let outcome = server.bench(&counted);
    assert_eq!(outcome.status.code(), Some(0), "{outcome:?}");
    let outcome = json(&outcome);
    assert_eq!(outcome["operations"], 500);
    assert_eq!(outcome["sessions"], 3);
    assert_eq!(server.znodes(), before);
    for mode in ["get", "set", "create", "mixed"] {
        let timed = [
            "--mode",
            mode,
            "--secs",
            "1",
            "--warmup-secs",
            "0",
            "--nodes",
            "50",
        ];
        let outcome = server.bench(&[&small[..], &timed].concat());
        assert_eq!(outcome.status.code(), Some(0), "{outcome:?}");
        let outcome = json(&outcome);
        assert!(outcome["ops_per_sec"].as_f64().unwrap() > 0.0, "{outcome}");
        assert!(outcome["latency_us"]["p999"].as_f64() >= outcome["latency_us"]["p50"].as_f64());
        assert_eq!(server.znodes(), before, "{mode}");
    }
}

#[test]
fn bench_keeps_what_it_is_told_to_keep() {
    let server = Server::start();
    let before = server.znodes();
    let outcome = server.bench(&["--yes", "--mode", "create", "--count", "7", "--keep"]);
    assert_eq!(outcome.status.code(), Some(0), "{outcome:?}");
    assert_eq!(json(&outcome)["kept"], true);
    // Its parent and 64 buckets besides.
    assert_eq!(server.znodes(), before + 7 + 65);
}

#[test]
fn a_server_ends_with_its_parent_and_status_says_so() {
    let mut server = Server::start();
    drop(server.child.stdin.take());
    let start = Instant::now();
    let ended = loop {
        if let Some(status) = server.child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < DEADLINE);
        thread::sleep(Duration::from_millis(10));
    };
    assert!(ended.success(), "{ended}");
    assert_eq!(server.status().status.code(), Some(3));
    let nonsense = zoowarden(&["status", "--connect", "a:b"]);
    assert_eq!(nonsense.status.code(), Some(64));
}

/// `audit verify` and `audit show` on a log that a test writes, and then tampers with.
#[test]
fn an_audit_log_is_verified_and_shown() {
    use zoowarden_audit::{AuditFile, DEFAULT_LIMIT_BYTES};
    use zoowarden_shared::audit::{Outcome, Record};

    let dir = TempDir::new().unwrap();
    let path = dir.path().join("audit.jsonl");
    let mut log = AuditFile::open(&path, DEFAULT_LIMIT_BYTES, 0).unwrap();
    let mut heads = Vec::new();
    for what in ["transfer_leadership", "close_session"] {
        let record = Record {
            unix_ms: 1_782_894_600_250,
            principal: "digest:ops".into(),
            host: "192.0.2.7".into(),
            reason: Some("CHG-17".into()),
            what: what.into(),
            arguments: [("to".into(), "\u{1b}[2J2".into())].into(),
            command: String::new(),
            gates: Vec::new(),
            before: None,
            after: None,
            outcome: Outcome::Done,
            sentence: "server 2 leads".into(),
            duration_ms: Some(7),
        };
        log.append(&record).unwrap();
        heads.push(log.head().hash.to_string());
    }
    let file = path.to_str().unwrap();
    let said = |output: &Output| String::from_utf8(output.stdout.clone()).unwrap();

    let whole = zoowarden(&["audit", "verify", file, "--head", &heads[0]]);
    assert_eq!(whole.status.code(), Some(0), "{whole:?}");
    assert!(said(&whole).contains("whole: 2 lines, 1 since the remembered one"));
    assert!(said(&whole).contains(&format!("head: {}", heads[1])));
    let shown = said(&zoowarden(&["audit", "show", file]));
    assert!(
        shown.starts_with(
            "1 2026-07-01T08:30:00.250Z done transfer_leadership: digest:ops from 192.0.2.7 \
             to=\\x1b[2J2 (7 ms)\n    server 2 leads\n    reason: CHG-17\n"
        ),
        "{shown}"
    );

    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.lines().next().unwrap().to_owned() + "\n").unwrap();
    let cut = zoowarden(&["audit", "verify", file, "--head", &heads[1]]);
    assert_eq!(cut.status.code(), Some(1));
    assert!(said(&cut).contains("line 2: expected a line with the remembered hash"));
    fs::write(&path, text.replace("server 2 leads", "server 3 leads")).unwrap();
    let broken = zoowarden(&["audit", "verify", file]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        said(&broken).contains("line 1: it was altered"),
        "{broken:?}"
    );
    assert_eq!(
        zoowarden(&["audit", "verify", file, "--head", "x"])
            .status
            .code(),
        Some(64)
    );
}

#[test]
fn config_check_tells_all_faults_by_file_and_line() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("console.toml");
    let name = file.display().to_string();
    let check = |text: &str| {
        fs::write(&file, text).unwrap();
        zoowarden(&["config", "check", &name])
    };
    let output = check(
        "[ui]\ntheme = \"dark\"\n[keys]\nnxt = \"n\"\n[read_only_hooks]\nx = \"no-such-program\"\n",
    );
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let told: Vec<&str> = said.lines().collect();
    assert_eq!(told.len(), 4, "{said}");
    for (line, number) in told.iter().zip([2, 4, 6]) {
        assert!(line.starts_with(&format!("{name}:{number}: ")), "{said}");
    }
    let example = zoowarden(&["config", "example"]);
    let output = check(&String::from_utf8_lossy(&example.stdout));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
