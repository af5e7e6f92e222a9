//! Apache ZooKeeper as Debian's package `zookeeper` installs it: the one command line that
//! runs a class of it.

use std::process::Command;

/// What a server's process runs, standalone or not.
pub const SERVER: &str = "org.apache.zookeeper.server.quorum.QuorumPeerMain";

/// More options for the JVM of a server that is to start quickly beside several others; not
/// for one whose speed counts.
pub const SMALL: [&str; 3] = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/// `java` with these options and this class of Apache's, without an AdminServer. What it logs
/// goes to standard error.
#[must_use]
pub fn java(options: &[&str], class: &str) -> Command {
    let mut command = Command::new("java");
    command
        .args(options)
        .args([
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
            "-Dzookeeper.admin.enableServer=false",
            "-cp",
        ])
        .arg(classpath())
        .arg(class);
    command
}

/// Where the jars are: `ZOOKEEPER_CLASSPATH`, else where Debian's package puts them.
fn classpath() -> String {
    // Debian has several loggers; the first is taken, and this one needs no file.
    std::env::var("ZOOKEEPER_CLASSPATH")
        .unwrap_or_else(|_| "/usr/share/java/slf4j-simple.jar:/usr/share/java/*".to_owned())
}
