//! A kazoo client in a process of its own, told what to do line by line.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// The version that the suite of `tests/outside/kazoo` is pinned to.
const KAZOO: &str = "kazoo==2.11.0";

/// The process; it ends with its standard input.
pub(crate) struct Kazoo {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Kazoo {
    /// A session on the first of these addresses that answers, with its timeout.
    pub(crate) fn connect(addresses: &[String], timeout_s: u32) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ensemble/kazoo_client.py");
        let mut child = Command::new(python())
            .arg(script)
            .args([addresses.join(","), timeout_s.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let input = child.stdin.take().expect("it was piped");
        let output = BufReader::new(child.stdout.take().expect("it was piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut kazoo = Self {
            child,
            input,
            lines,
        };
        kazoo.ask("session");
        kazoo
    }

    /// Sends one command and returns its answer; see the script for both.
    pub(crate) fn ask(&mut self, command: &str) -> String {
        writeln!(self.input, "{command}").expect("it reads");
        let line = self.lines.recv_timeout(Duration::from_secs(60));
        line.unwrap_or_else(|_| panic!("kazoo does not answer to {command:?}"))
    }
}

impl Drop for Kazoo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python of a virtual environment with kazoo: `KAZOO_VENV`, or one made here once.
fn python() -> PathBuf {
    if let Some(given) = std::env::var_os("KAZOO_VENV") {
        return Path::new(&given).join("bin/python");
    }
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kazoo-client-venv");
    let python = venv.join("bin/python");
    if !venv.join("complete").exists() {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--no-deps", KAZOO]));
        std::fs::write(venv.join("complete"), KAZOO).expect("it is written");
    }
    python
}

fn run(command: &mut Command) {
    let status = command.status().expect("it starts");
    assert!(status.success(), "{command:?}: {status}");
}
