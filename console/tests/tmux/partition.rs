//! Members of ours that cannot reach each other, while the console reaches all: it says between
//! whom the way is cut, and when it is whole again.

use std::{
    fs,
    process::{Child, Command, Stdio},
};

use crate::{
    network::Network,
    pane::{Pane, is_healthy},
};

struct Members {
    processes: Vec<Child>,
    directory: tempfile::TempDir,
}

impl Members {
    fn start(network: &Network) -> Self {
        let servers: String = (1..=3)
            .map(|sid| format!("server.{sid}={}:2888:3888;2181\n", network.address(sid)))
            .collect();
        let mut members = Self {
            processes: Vec::new(),
            directory: tempfile::tempdir().unwrap(),
        };
        for sid in 1..=3 {
            let home = members.directory.path().join(sid.to_string());
            fs::create_dir(&home).unwrap();
            fs::write(home.join("myid"), sid.to_string()).unwrap();
            let config = format!(
                "tickTime=1000\ninitLimit=10\nsyncLimit=3\ndataDir={}\n{servers}",
                home.display()
            );
            fs::write(home.join("zoo.cfg"), config).unwrap();
            let log = fs::File::create(home.join("log")).unwrap();
            let process = Command::new("ip")
                .args(["netns", "exec", &network.namespace(sid)])
                .args([env!("CARGO_BIN_EXE_zoowarden"), "server"])
                .arg(home.join("zoo.cfg"))
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap();
            members.processes.push(process);
        }
        members
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

#[test]
#[ignore = "needs tmux, and root for ip and nft: cargo test -p zoowarden --test tmux -- --ignored partition"]
fn a_cut_between_two_members_is_seen_located_and_its_end_too() {
    let network = Network::new(3);
    let _members = Members::start(&network);
    let hosts: Vec<String> = (1..=3).map(|sid| network.address(sid)).collect();
    let pane = Pane::run(120, 35, &format!("--connect {}", hosts.join(",")));
    pane.wait("a verdict", is_healthy);
    // The highest id leads, where all have the same history.
    pane.wait("the leader", |screen| screen.contains("leader 3 "));
    network.cut(1, 3);
    pane.wait("the member that hears nobody", |screen| {
        screen.contains("▲ DEGRADED") && screen.contains("1 ") && screen.contains("NOT SERVING")
    });
    pane.keys(&["3"]);
    pane.wait("the link", |screen| {
        let cut = |from: &str| {
            let row = screen.lines().find(|line| line.starts_with(from));
            row.is_some_and(|row| row.contains("cut"))
        };
        cut(" 1 ") || cut(" 3 ")
    });
    pane.keys(&["-l", "/cut"]);
    pane.keys(&["Enter"]);
    let screen = pane.wait("the sentence for the network team", |screen| {
        screen.contains("to the network  From ")
    });
    let sentence = screen
        .lines()
        .find(|line| line.contains("to the network"))
        .unwrap();
    assert!(
        sentence.contains(&hosts[0]) && sentence.contains(&format!("{}:", hosts[2]))
            || sentence.contains(&hosts[2]) && sentence.contains(&format!("{}:", hosts[0])),
        "{screen}"
    );
    network.heal();
    pane.keys(&["1"]);
    pane.wait("all of it again", is_healthy);
}
