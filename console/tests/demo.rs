//! `zoowarden demo --headless`: three real members and their clients, as a script runs them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use zoowarden_client::{ConnectOptions, Connection};

const DEADLINE: Duration = Duration::from_secs(60);

/// A running demo and what it prints; killed with the test.
struct Demo {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

/// One `member` line.
struct Member {
    id: String,
    pid: String,
    client: String,
}

impl Demo {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
            .args(["demo", "--headless"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// The next line with this text in it.
    fn wait(&mut self, text: &str) -> String {
        let begun = Instant::now();
        loop {
            let left = DEADLINE.saturating_sub(begun.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("waited for {text:?} after {:#?}", self.seen);
            };
            self.seen.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    /// The first line with this text in it, printed already or to come.
    fn wait_if_not_seen(&mut self, text: &str) -> String {
        let seen = self.seen.iter().find(|line| line.contains(text)).cloned();
        seen.unwrap_or_else(|| self.wait(text))
    }

    fn members(&mut self, count: usize) -> Vec<Member> {
        (1..=count)
            .map(|id| {
                let line = self.wait(&format!("member {id} "));
                let field = |key: &str| {
                    let found = line.split(' ').find_map(|part| part.strip_prefix(key));
                    found
                        .unwrap_or_else(|| panic!("no {key} in {line}"))
                        .to_owned()
                };
                Member {
                    id: id.to_string(),
                    pid: field("pid="),
                    client: field("client="),
                }
            })
            .collect()
    }

    fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < DEADLINE, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(name: &str, pid: &str) {
    let status = Command::new("kill").args([name, pid]).status().unwrap();
    assert!(status.success(), "kill {name} {pid}");
}

/// Waits until nobody listens on these members' client ports: their processes are gone.
fn wait_until_gone(members: &[Member]) {
    let begun = Instant::now();
    let is_there = |member: &Member| TcpStream::connect(format!("127.0.0.1:{}", member.client));
    while members.iter().any(|member| is_there(member).is_ok()) {
        assert!(begun.elapsed() < DEADLINE, "a member outlives its demo");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_killed_leader_is_told_with_its_cost_and_a_signal_ends_all() {
    let mut demo = Demo::start(&[]);
    let connect = demo.wait("connect ");
    let members = demo.members(3);
    let clients: Vec<String> = members
        .iter()
        .map(|member| format!("127.0.0.1:{}", member.client))
        .collect();
    assert_eq!(connect, format!("connect {}", clients.join(",")));

    let first = demo.wait(" leads, epoch ");
    let leader = members.iter().find(|member| first.contains(&member.client));
    let leader = leader.unwrap();
    demo.wait(" writes acknowledged");
    signal("-KILL", &leader.pid);
    let ended = demo.wait(&format!("process {} ended", leader.pid));
    assert!(ended.contains("SIGKILL"), "{ended}");
    let election = demo.wait("  election  ");
    assert!(
        election.contains(&format!("  {} → ", leader.id)) && election.contains("without a leader"),
        "{election}"
    );
    let cost = demo.wait("  clients   ");
    assert!(
        cost.contains("writes paused") && cost.contains("0 sessions lost"),
        "{cost}"
    );

    // Nobody does anything: that is what a supervisor is for.
    demo.wait_if_not_seen("it ended: restarts in 1 s");
    let back = demo.wait_if_not_seen("is back by itself");
    assert!(back.contains(&leader.client), "{back}");
    signal("-INT", &demo.child.id().to_string());
    assert!(demo.end().success());
    wait_until_gone(&members);
}

/// The member with this address, for one who is none of the demo's clients.
async fn outsider(client: &str) -> Connection {
    let address = format!("127.0.0.1:{client}");
    let connected = Connection::connect(&address, ConnectOptions::default()).await;
    connected.unwrap().0
}

#[test]
fn acknowledged_writes_that_are_gone_are_found_by_the_clients() {
    let mut demo = Demo::start(&["--members", "1"]);
    let members = demo.members(1);
    let well = demo.wait(" writes acknowledged");
    assert!(well.contains(" acknowledged, 0 lost"), "{well}");
    // As a server would that has lost them: a counter, and what a service says of itself.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let zk = outsider(&members[0].client).await;
        zk.delete("/demo/counters/page-views", None).await.unwrap();
        let services = zk.get_children("/demo/services/orders", false);
        let names = services.await.unwrap().value;
        let first = format!("/demo/services/orders/{}", names[0]);
        zk.delete(&first, None).await.unwrap();
        zk.close().await.unwrap();
    });
    let lost = demo.wait(" writes acknowledged");
    assert!(!lost.contains(" acknowledged, 0 lost"), "{lost}");
    signal("-INT", &demo.child.id().to_string());
    assert!(demo.end().success());
}

#[test]
fn a_killed_demo_takes_its_members_with_it() {
    let mut demo = Demo::start(&[]);
    let members = demo.members(3);
    signal("-KILL", &demo.child.id().to_string());
    demo.end();
    wait_until_gone(&members);
}

#[test]
fn kept_data_is_used_again_and_a_taken_port_is_named() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().to_str().unwrap();
    let mut demo = Demo::start(&["--members", "1", "--data-dir", data]);
    let members = demo.members(1);
    demo.wait(" writes acknowledged");
    let port = members[0].client.as_str();
    let taken = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
        .args(["demo", "--headless", "--members", "1", "--base-port", port])
        .output()
        .unwrap();
    assert_eq!(taken.status.code(), Some(1));
    let said = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert!(
        said.contains(&format!("port {port} of 127.0.0.1")),
        "{said}"
    );
    signal("-TERM", &demo.child.id().to_string());
    assert!(demo.end().success());
    let znodes = dir.path().join("member-1/version-2");
    assert!(znodes.read_dir().unwrap().count() > 0);

    let mut demo = Demo::start(&["--members", "3", "--data-dir", data]);
    demo.members(3);
    demo.wait(" leads, epoch ");
}

#[test]
fn a_wrong_command_line_is_no_verdict() {
    for arguments in [&["--bogus"][..], &["demo", "--members", "0"], &["status"]] {
        let wrong = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(wrong.status.code(), Some(64), "{arguments:?}");
    }
    let help = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
        .args(["demo", "--help"])
        .output()
        .unwrap();
    assert!(help.status.success());
}
