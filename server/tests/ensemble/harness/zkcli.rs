//! Apache's own command line.

use std::{
    io::Write,
    net::SocketAddr,
    process::{Command, Output, Stdio},
};

use zoowarden_testkit::apache;

/// What `zkCli.sh -server ADDRESS COMMAND...` prints to both its outputs.
pub(crate) fn zkcli(address: SocketAddr, command: &[&str]) -> String {
    let output = start(address).args(command).output();
    both(&output.expect("Java starts"))
}

/// What `zkCli.sh -server ADDRESS` prints to both its outputs when these lines are typed into
/// it: one session for all of them.
pub(crate) fn zkcli_session(address: SocketAddr, lines: &[&str]) -> String {
    let mut child = start(address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Java starts");
    let mut input = child.stdin.take().expect("it was piped");
    for line in lines.iter().chain(&["quit"]) {
        writeln!(input, "{line}").expect("it reads");
    }
    drop(input);
    both(&child.wait_with_output().expect("it ends"))
}

fn start(address: SocketAddr) -> Command {
    let options = ["-Xmx128m", "-XX:TieredStopAtLevel=1"];
    let mut command = apache::java(&options, "org.apache.zookeeper.ZooKeeperMain");
    command.args(["-server", &address.to_string()]);
    command
}

fn both(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text += &String::from_utf8_lossy(&output.stderr);
    text
}
