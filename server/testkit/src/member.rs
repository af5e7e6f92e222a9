//! One member of an ensemble: a data directory, a zoo.cfg, a place, and at times a process.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitStatus,
};

use crate::{kind::Kind, place::Place, process::Process};

/// A member, whose files outlive its processes.
#[derive(Debug)]
pub struct Member {
    pub sid: usize,
    pub kind: Kind,
    home: PathBuf,
    place: Place,
    is_observer: bool,
    process: Option<Process>,
}

impl Member {
    /// A member without a process, its files below `directory`.
    pub(crate) fn new(
        directory: &Path,
        sid: usize,
        kind: Kind,
        is_observer: bool,
        place: Place,
    ) -> Self {
        let home = directory.join(format!("member{sid}"));
        fs::create_dir_all(home.join("data")).expect("a data directory");
        Self {
            sid,
            kind,
            home,
            place,
            is_observer,
            process: None,
        }
    }

    /// Where clients find it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(self.place.ip), self.place.client_port)
    }

    /// Where its AdminServer is, where it has one.
    #[must_use]
    pub fn admin_address(&self) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(self.place.ip), self.place.admin_port)
    }

    /// Its line in every member's zoo.cfg.
    pub(crate) fn server_line(&self) -> String {
        let role = match self.is_observer {
            true => "observer",
            false => "participant",
        };
        format!("{}:{role}\n", self.between_members())
    }

    /// Its line for a reconfig in which it has this role.
    #[must_use]
    pub fn joining_line(&self, role: &str) -> String {
        format!("{}:{role};{}", self.between_members(), self.address())
    }

    fn between_members(&self) -> String {
        let Place {
            ip,
            quorum_port,
            election_port,
            ..
        } = self.place;
        format!("server.{}={ip}:{quorum_port}:{election_port}", self.sid)
    }

    /// Writes its zoo.cfg: what all share, and what is its own.
    pub(crate) fn configure(&self, shared: &str, has_admin: bool) {
        let role = match self.is_observer {
            true => "peerType=observer\n",
            false => "",
        };
        let admin = if has_admin && self.kind == Kind::Ours {
            format!(
                "admin.enableServer=true\nadmin.serverAddress={}\nadmin.serverPort={}\n",
                self.place.ip, self.place.admin_port
            )
        } else {
            String::new()
        };
        let text = format!(
            "dataDir={}\nclientPort={}\nclientPortAddress={}\n{role}{admin}{}{shared}",
            self.data().display(),
            self.place.client_port,
            self.place.ip,
            self.listening_elsewhere(),
        );
        fs::write(self.config(), text).expect("the config is written");
    }

    /// Where it listens for the others, if its line says otherwise; a setting of ours alone.
    fn listening_elsewhere(&self) -> String {
        let Place {
            ip,
            quorum_listen_port,
            election_listen_port,
            ..
        } = self.place;
        if quorum_listen_port == self.place.quorum_port {
            return String::new();
        }
        format!(
            "zoowarden.quorumListenAddress={ip}:{quorum_listen_port}\n\
             zoowarden.electionListenAddress={ip}:{election_listen_port}\n"
        )
    }

    pub(crate) fn start(&mut self) {
        assert!(self.process.is_none(), "member {} runs already", self.sid);
        // A file system that was mounted there since is empty.
        fs::write(self.data().join("myid"), self.sid.to_string()).expect("myid is written");
        let mut command = self.place.running(self.kind.command(&self.config(), &[]));
        command.current_dir(&self.home);
        let name = format!("member {} ({:?})", self.sid, self.kind);
        self.process = Some(Process::spawn(&name, command, &self.log_path()));
    }

    /// Whether it has a process.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// Whether it can be asked anything.
    #[must_use]
    pub fn is_awake(&self) -> bool {
        self.process
            .as_ref()
            .is_some_and(|process| !process.is_paused())
    }

    /// Fails the test where the process has ended without having been told to.
    pub(crate) fn assert_still_runs(&mut self) {
        if let Some(process) = &mut self.process {
            process.assert_still_runs();
        }
    }

    /// SIGKILL, and no process is left; nothing where there is none.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// SIGTERM, and no process is left.
    pub(crate) fn stop(&mut self) {
        self.process().stop();
        self.process = None;
    }

    /// Waits until the process has ended by itself.
    pub(crate) fn wait_for_end(&mut self) -> ExitStatus {
        let status = self.process().wait_for_end();
        self.process = None;
        status
    }

    pub(crate) fn pause(&mut self) {
        self.process().pause();
    }

    pub(crate) fn resume(&mut self) {
        self.process().resume();
    }

    fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("it runs")
    }

    /// Removes all that it knows, but not who it is.
    pub fn wipe(&self) {
        assert!(self.process.is_none(), "member {} runs", self.sid);
        fs::remove_dir_all(self.files()).expect("it had data");
    }

    /// Whether these bytes are in one of its transaction logs.
    #[must_use]
    pub fn has_logged(&self, bytes: &[u8]) -> bool {
        self.logs().iter().any(|log| {
            fs::read(log).is_ok_and(|log| log.windows(bytes.len()).any(|part| part == bytes))
        })
    }

    /// Its transaction logs, the oldest first.
    #[must_use]
    pub fn logs(&self) -> Vec<PathBuf> {
        let mut logs: Vec<(u64, PathBuf)> = fs::read_dir(self.files())
            .expect("it has files")
            .flatten()
            .filter_map(|file| {
                let name = file.file_name().into_string().ok()?;
                let first = u64::from_str_radix(name.strip_prefix("log.")?, 16).ok()?;
                Some((first, file.path()))
            })
            .collect();
        logs.sort();
        logs.into_iter().map(|(_, path)| path).collect()
    }

    /// All that its processes have said so far.
    #[must_use]
    pub fn said(&self) -> String {
        let bytes = fs::read(self.log_path()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Its data directory: where a file system of its own may be mounted before it starts.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Where its logs and snapshots are.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.data().join("version-2")
    }

    fn config(&self) -> PathBuf {
        self.home.join("zoo.cfg")
    }

    fn log_path(&self) -> PathBuf {
        self.home.join("server.log")
    }
}
