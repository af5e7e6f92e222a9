//! One member of ours in a process of its own, on a port of the system's choice.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A standalone server; killed with the test.
pub(crate) struct Member {
    child: Child,
    pub(crate) address: String,
    _home: TempDir,
}

impl Member {
    pub(crate) fn start() -> Self {
        let home = TempDir::new().expect("a directory");
        let port = free_port();
        let config = home.path().join("zoo.cfg");
        let text = format!(
            "tickTime=2000\ndataDir={}\nclientPort={port}\nclientPortAddress=127.0.0.1\n\
             admin.enableServer=false\n4lw.commands.whitelist=*\n",
            home.path().join("data").display()
        );
        fs::write(&config, text).expect("zoo.cfg");
        let child = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
            .arg("server")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a member");
        let member = Self {
            child,
            address: format!("127.0.0.1:{port}"),
            _home: home,
        };
        let begun = Instant::now();
        while TcpStream::connect(&member.address).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "it does not listen"
            );
            thread::sleep(Duration::from_millis(10));
        }
        member
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}
