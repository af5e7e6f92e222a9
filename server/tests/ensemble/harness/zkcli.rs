//! Apache's own command line, one command at a time.

use std::{net::SocketAddr, process::Command};

/// What `zkCli.sh -server ADDRESS COMMAND...` prints to both its outputs.
pub(crate) fn zkcli(address: SocketAddr, command: &[&str]) -> String {
    let output = Command::new("java")
        .args([
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            "/usr/share/java/*",
        ])
        .args([
            "org.apache.zookeeper.ZooKeeperMain",
            "-server",
            &address.to_string(),
        ])
        .args(command)
        .output()
        .expect("Java starts");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text += &String::from_utf8_lossy(&output.stderr);
    text
}
