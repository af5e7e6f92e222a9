//! Several clusters in console.toml: the fleet is the home screen, and the way between them.

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use crate::{
    demo::is_usable,
    pane::{Pane, is_healthy},
};

const CONSOLE_TOML: &str = "\
[[cluster]]
name = \"prod\"
tag = \"PROD\"
connect = [\"127.0.0.1:1\"]
[[cluster]]
name = \"test\"
connect = [\"127.0.0.1:2\"]
";

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn the_fleet_is_home_and_leads_from_cluster_to_cluster() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("console.toml");
    fs::write(&file, CONSOLE_TOML).unwrap();
    let config = format!("--config {}", file.display());

    let pane = Pane::run(120, 35, &config);
    let title = |screen: &str| screen.lines().next().unwrap_or_default().to_owned();
    pane.wait("the fleet, asked", |screen| {
        title(screen).contains("FLEET   2 clusters") && screen.contains("? 2 cannot tell")
    });
    pane.keys(&["j", "Enter"]);
    pane.wait("the second cluster", |screen| {
        title(screen).contains("ZOOWARDEN  test")
    });
    pane.keys(&["7"]);
    pane.wait("its znodes", |screen| screen.contains("── znodes"));
    pane.keys(&["Escape"]);
    pane.wait("its top", |screen| screen.contains("── ensemble"));
    pane.keys(&["Escape"]);
    pane.wait("the fleet again", |screen| {
        title(screen).contains("FLEET") && screen.contains("> ? CANNOT TELL  test")
    });
    pane.keys(&["k", "Enter"]);
    pane.wait("the first one", |screen| {
        title(screen).contains("ZOOWARDEN  prod  [PROD]")
    });
    pane.keys(&[":clusters", "Enter"]);
    pane.wait("the fleet by its name", |screen| {
        title(screen).contains("FLEET")
    });
    pane.keys(&["q"]);
    let end = pane.wait("the end", |screen| screen.contains("EXIT=0"));
    assert!(is_usable(&end), "{end}");

    let pane = Pane::run(120, 35, &format!("{config} --cluster test"));
    pane.wait("one cluster at once", |screen| {
        title(screen).contains("ZOOWARDEN  test")
    });
    pane.keys(&["C-c"]);
    pane.wait("the end", |screen| screen.contains("EXIT=0"));
}

/// A member of ours on its own; ended with the test.
struct Alone(Child);

impl Alone {
    fn start(directory: &std::path::Path, port: u16) -> Self {
        let config = directory.join("zoo.cfg");
        let data = directory.join("data");
        fs::create_dir_all(&data).unwrap();
        let text = format!(
            "dataDir={}\nclientPort={port}\nadmin.enableServer=false\n",
            data.display()
        );
        fs::write(&config, text).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
            .arg("server")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.expect("the member starts"))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn a_closed_cluster_tells_its_alarms_and_keeps_what_was_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let told = home.path().join("told");
    let text = format!(
        "[notify]\ndesktop = \"off\"\ncommand = [\"tee\", \"-a\", \"{}\"]\n\
         [[cluster]]\nname = \"prod\"\nconnect = [\"127.0.0.1:{port}\"]\n\
         [[cluster]]\nname = \"test\"\nconnect = [\"127.0.0.1:1\"]\n",
        told.display()
    );
    let file = home.path().join("console.toml");
    fs::write(&file, text).unwrap();
    let member = Alone::start(home.path(), port);
    let pane = Pane::run(120, 35, &format!("--config {}", file.display()));
    let raw = pane.record();
    let title = |screen: &str| screen.lines().next().unwrap_or_default().to_owned();
    pane.wait("prod is healthy", is_healthy);
    // The page of the other one is open when prod ends.
    pane.keys(&["g", "Enter"]);
    pane.wait("the page of test", |screen| {
        title(screen).contains("ZOOWARDEN  test")
    });
    drop(member);
    pane.wait("what the command was told", |_| {
        fs::read_to_string(&told).is_ok_and(|told| told.contains("\"cluster\":\"prod\""))
    });
    pane.wait("trouble elsewhere", |screen| {
        screen.contains("trouble on prod")
    });
    pane.keys(&["Escape"]);
    pane.wait("the fleet", |screen| title(screen).contains("FLEET"));
    pane.keys(&["/", "prod", "Enter", "Enter"]);
    pane.wait("the page of prod", |screen| {
        title(screen).contains("ZOOWARDEN  prod")
    });
    pane.keys(&["9"]);
    pane.wait("its alarm", |screen| {
        screen.contains("alarms") && screen.contains("active 1")
    });
    pane.keys(&["a"]);
    pane.wait("acknowledged", |screen| screen.contains("acknowledged 1"));
    pane.keys(&[":clusters", "Enter"]);
    pane.wait("the fleet tells so", |screen| {
        title(screen).contains("FLEET") && screen.contains("(acknowledged)")
    });
    pane.keys(&["Enter", "9"]);
    pane.wait("still acknowledged", |screen| {
        screen.contains("acknowledged 1")
    });
    let written = fs::read_to_string(raw).unwrap();
    assert!(
        !written.contains("[?1049l"),
        "the alternate screen was never left"
    );
    pane.keys(&["C-c"]);
    pane.wait("the end", |screen| screen.contains("EXIT=0"));
}
