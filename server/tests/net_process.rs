//! The `zoowarden-server` program: how it starts, refuses and ends.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

mod harness;

use std::{
    fs,
    io::Read,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
};

use harness::{RawClient, wait_until};
use zoowarden_shared::ErrorCode;

/// A zoo.cfg with a port that was free a moment ago, which `zoo.cfg` cannot leave to the system.
fn write_zoo_cfg(directory: &Path) -> u16 {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    let config = format!(
        "dataDir={}\nclientPort={port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n",
        directory.display()
    );
    fs::write(directory.join("zoo.cfg"), config).unwrap();
    port
}

fn server(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zoowarden-server"));
    command
        .arg(directory.join("zoo.cfg"))
        .stderr(Stdio::piped());
    command
}

/// Waits for the program's end, with what it said.
fn end_of(mut child: Child) -> (ExitStatus, String) {
    let mut stderr = child.stderr.take().unwrap();
    let said = thread::spawn(move || {
        let mut said = String::new();
        stderr.read_to_string(&mut said).unwrap();
        said
    });
    let mut status = None;
    wait_until("the program ends", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    (status.unwrap(), said.join().unwrap())
}

fn wait_until_it_serves(port: u16) -> RawClient {
    let address = (Ipv4Addr::LOCALHOST, port).into();
    let mut client = None;
    wait_until("it serves", || {
        let is_there = std::net::TcpStream::connect(address).is_ok();
        client = is_there
            .then(|| RawClient::try_session(address, 10_000).ok())
            .flatten();
        client.is_some()
    });
    client.unwrap()
}

#[test]
fn sigterm_ends_it_cleanly() {
    let directory = tempfile::tempdir().unwrap();
    let port = write_zoo_cfg(directory.path());
    let child = server(directory.path()).spawn().unwrap();
    let mut client = wait_until_it_serves(port);
    assert_eq!(client.create("/a", b""), ErrorCode::Ok);
    let pid = child.id().to_string();
    let killed = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(killed.success());
    let (status, said) = end_of(child);
    assert_eq!(status.code(), Some(0), "{said}");
}

#[test]
fn it_ends_with_its_parent_where_asked() {
    let directory = tempfile::tempdir().unwrap();
    let port = write_zoo_cfg(directory.path());
    let mut child = server(directory.path())
        .arg("--exit-with-parent")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_it_serves(port);
    // What the system does for a parent that is gone.
    drop(child.stdin.take());
    let (status, said) = end_of(child);
    assert_eq!(status.code(), Some(0), "{said}");
}

#[test]
fn what_it_refuses_is_said_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(
        directory.path().join("zoo.cfg"),
        "dataDir=/x\nclientPort=none\n",
    )
    .unwrap();
    let (status, said) = end_of(server(directory.path()).spawn().unwrap());
    assert_eq!(
        status.code(),
        Some(78),
        "no supervisor is to start it again"
    );
    assert!(said.contains("zoo.cfg:2: clientPort"), "{said}");
}

#[test]
fn log_files_are_written_where_asked() {
    let directory = tempfile::tempdir().unwrap();
    let logs = directory.path().join("logs");
    let port = write_zoo_cfg(directory.path());
    let mut child = server(directory.path())
        .arg("--log-dir")
        .arg(&logs)
        .arg("--exit-with-parent")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_it_serves(port);
    drop(child.stdin.take());
    assert!(end_of(child).0.success());
    let file = fs::read_dir(&logs).unwrap().next().unwrap().unwrap().path();
    assert!(fs::read_to_string(file).unwrap().contains("serving"));
}
