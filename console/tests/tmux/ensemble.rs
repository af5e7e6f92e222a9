//! Three Apache servers on this machine, in the temporary directory, ended with the test.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Where Apache's jars are: `ZOOKEEPER_CLASSPATH`, else where Debian's package puts them.
fn classpath() -> String {
    std::env::var("ZOOKEEPER_CLASSPATH").unwrap_or_else(|_| "/usr/share/java/*".to_owned())
}

pub(crate) struct Ensemble {
    directory: tempfile::TempDir,
    ports: Vec<u16>,
    members: Vec<Option<Child>>,
    java: Vec<String>,
}

impl Ensemble {
    pub(crate) fn start() -> Self {
        Self::start_with(|_| String::new(), &[])
    }

    /// With more lines in each zoo.cfg, given the number of a port that is free for them, and
    /// more arguments for each java.
    pub(crate) fn start_with(more: impl Fn(u16) -> String, java: &[&str]) -> Self {
        let ports = free_ports(12);
        let directory = tempfile::tempdir().unwrap();
        let servers: String = (0..3)
            .map(|n| {
                format!(
                    "server.{}=127.0.0.1:{}:{}\n",
                    n + 1,
                    ports[3 + n],
                    ports[6 + n]
                )
            })
            .collect();
        for (n, port) in ports[..3].iter().enumerate() {
            let data = directory.path().join(format!("m{n}"));
            fs::create_dir(&data).unwrap();
            fs::write(data.join("myid"), (n + 1).to_string()).unwrap();
            let config = format!(
                "tickTime=1000\ninitLimit=10\nsyncLimit=5\ndataDir={}\nclientPort={port}\n\
                 admin.enableServer=false\n{servers}{more}",
                data.display(),
                more = more(ports[9 + n])
            );
            fs::write(directory.path().join(format!("{n}.cfg")), config).unwrap();
        }
        let mut ensemble = Self {
            directory,
            ports,
            members: vec![None, None, None],
            java: java.iter().map(|&one| one.to_owned()).collect(),
        };
        for n in 0..3 {
            ensemble.start_member(n);
        }
        ensemble
    }

    pub(crate) fn start_member(&mut self, n: usize) {
        let log = fs::File::create(self.path().join(format!("{n}.log"))).unwrap();
        let child = Command::new("java")
            .args(["-Xmx128m", "-cp", &classpath()])
            .args(&self.java)
            .arg("org.apache.zookeeper.server.quorum.QuorumPeerMain")
            .arg(self.path().join(format!("{n}.cfg")))
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn();
        self.members[n] = Some(child.expect("java is installed"));
    }

    /// Kills a member as `kill -9` does.
    pub(crate) fn kill_member(&mut self, n: usize) {
        if let Some(mut child) = self.members[n].take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub(crate) fn address(&self, n: usize) -> String {
        format!("127.0.0.1:{}", self.ports[n])
    }

    /// The port that `more` was given for this member.
    pub(crate) fn second_address(&self, n: usize) -> String {
        format!("127.0.0.1:{}", self.ports[9 + n])
    }

    pub(crate) fn addresses(&self) -> String {
        (0..3)
            .map(|n| self.address(n))
            .collect::<Vec<_>>()
            .join(",")
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for Ensemble {
    fn drop(&mut self) {
        for n in 0..3 {
            self.kill_member(n);
        }
    }
}

fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)).unwrap())
        .collect();
    listeners
        .iter()
        .map(|listener| listener.local_addr().unwrap().port())
        .collect()
}
