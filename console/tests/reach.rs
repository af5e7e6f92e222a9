//! Ways to a cluster as console.toml names them, by `zoowarden status`: one that works, and the
//! one line that each mistake is told in.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
    thread,
};

/// What netcat does, where there is none.
const NETCAT: &str = r#"via = ["bash", "-c", "exec 3<>/dev/tcp/$0/$1 4<&0; cat <&4 >&3 & cat <&3; kill $!", "%h", "%p"]"#;

/// A member that answers every word as a standalone Apache server does, until the test ends.
fn member() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut word = [0; 4];
            let is_word = stream.read_exact(&mut word).is_ok() && word.is_ascii() && word[0] > 32;
            if is_word {
                let answer = "Zookeeper version: 3.8.0-abc, built on 2024-12-29 17:54 UTC\n\
                              Latency min/avg/max: 0/0.5/6\nReceived: 157\nSent: 160\n\
                              Connections: 3\nOutstanding: 0\nZxid: 0x5\nMode: standalone\n\
                              Node count: 9\n";
                let _ = stream.write_all(answer.as_bytes());
            }
        }
    });
    address
}

/// `zoowarden status` of a cluster with these lines, in this directory.
fn status(dir: &Path, address: &str, lines: &str) -> Output {
    let file = dir.join("console.toml");
    let text = format!("[[cluster]]\nname = \"a\"\nconnect = [\"{address}\"]\n{lines}\n");
    fs::write(&file, text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_zoowarden"))
        .args(["status", "--cluster", "a", "--config"])
        .arg(&file)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_member_is_seen_through_a_command() {
    let dir = tempfile::tempdir().unwrap();
    let done = status(dir.path(), &member(), NETCAT);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(text(&done.stdout).contains("standalone"), "{done:?}");
}

#[test]
fn what_is_wrong_on_the_way_is_told_at_the_member() {
    let dir = tempfile::tempdir().unwrap();
    let address = member();
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    for (address, lines, expected) in [
        (
            &address,
            r#"via = ["/nowhere/ssh", "-W", "%h:%p", "bastion"]"#,
            "via: cannot run /nowhere/ssh: No such file or directory",
        ),
        (
            &address,
            r#"via = ["sh", "-c", "echo Permission denied >&2; exit 255", "%h", "%p"]"#,
            "via: Permission denied",
        ),
        (&gone, NETCAT, "via: "),
        (
            &address,
            "[cluster.tls]\nverify_hostname = false",
            "TLS: it hung up on TLS: this may be its plain port",
        ),
    ] {
        let done = status(dir.path(), address, lines);
        assert_eq!(done.status.code(), Some(3), "{lines}: {done:?}");
        assert!(text(&done.stdout).contains(expected), "{lines}: {done:?}");
    }
}

#[test]
fn what_is_wrong_with_the_papers_is_told_before_anything_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("secret");
    let path = file.display();
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    fs::write(&file, "op:hunter2\n").unwrap();
    let digest = format!("[cluster.auth]\ndigest = {{ file = \"{path}\" }}");
    let refused = |lines: &str| {
        let done = status(dir.path(), "127.0.0.1:1", lines);
        assert_eq!(done.status.code(), Some(64), "{done:?}");
        text(&done.stderr).trim_end().to_owned()
    };

    mode(0o644);
    let told = refused(&digest);
    let expected = format!("status: auth.digest: {path}: others may read it: chmod 600");
    assert_eq!(told, expected);
    mode(0o600);
    fs::write(&file, "hunter2\n").unwrap();
    let told = refused(&digest);
    assert_eq!(
        told,
        "status: auth.digest: expected one line, USER:PASSWORD"
    );
    let failing = r#"[cluster.auth]
sasl = { command = ["sh", "-c", "echo op:hunter2; exit 1"] }"#;
    assert_eq!(
        refused(failing),
        "status: auth.sasl: sh: ended with exit status: 1"
    );
    let told = refused(&format!("[cluster.tls]\nca = \"{path}\""));
    assert_eq!(
        told,
        format!("status: tls: {path}: no certificate in it (PEM is expected)")
    );
}
