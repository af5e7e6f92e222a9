//! Members as processes of `zoowarden server` or Apache's, a console.toml whose hook restarts
//! them, and `zoowarden act` on them.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use zoowarden_client::{Connection, Events, fourletter, http};

const PATIENCE: Duration = Duration::from_secs(60);
/// Whatever a soft check finds in members this young.
const REASON: &str = "a test";

/// Members that end with the test.
pub(crate) struct Ensemble {
    dir: TempDir,
    ports: Vec<[u16; 4]>,
    runtime: tokio::runtime::Runtime,
}

impl Ensemble {
    /// Ours, all serving.
    pub(crate) fn ours(size: usize) -> Self {
        Self::start(size, &format!("{} server", env!("CARGO_BIN_EXE_zoowarden")))
    }

    /// Apache's, of Debian's package, all serving.
    pub(crate) fn apache(size: usize) -> Self {
        let java = "java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
                    -Dzookeeper.admin.enableServer=false -cp /usr/share/java/* \
                    org.apache.zookeeper.server.quorum.QuorumPeerMain";
        Self::start(size, java)
    }

    fn start(size: usize, program: &str) -> Self {
        let listeners: Vec<TcpListener> = (0..size * 4)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let ports: Vec<u16> = listeners
            .iter()
            .map(|listener| listener.local_addr().unwrap().port())
            .collect();
        drop(listeners);
        let ensemble = Self {
            dir: TempDir::new().unwrap(),
            ports: ports
                .chunks(4)
                .map(|four| four.try_into().unwrap())
                .collect(),
            runtime: tokio::runtime::Runtime::new().unwrap(),
        };
        ensemble.write_files(program);
        for id in 1..=size {
            ensemble.script("start", id);
        }
        ensemble.wait_until_all_serve();
        ensemble
    }

    fn write_files(&self, program: &str) {
        let servers: String = (1..=self.ports.len())
            .map(|id| format!("{}\n", self.server_line(id, "participant")))
            .collect();
        for (id, [client, _, _, admin]) in (1..).zip(&self.ports) {
            let home = self.home(id);
            fs::create_dir_all(home.join("data")).unwrap();
            fs::write(home.join("data/myid"), format!("{id}\n")).unwrap();
            let text = format!(
                "tickTime=1000\ninitLimit=10\nsyncLimit=5\ndataDir={}\nclientPort={client}\n\
                 clientPortAddress=127.0.0.1\nadmin.serverAddress=127.0.0.1\n\
                 admin.serverPort={admin}\n4lw.commands.whitelist=*\nreconfigEnabled=true\n\
                 skipACL=yes\nmaxClientCnxns=0\nadmin.rateLimiterIntervalInMS=0\n{servers}",
                home.join("data").display()
            );
            fs::write(home.join("zoo.cfg"), text).unwrap();
        }
        // What systemd is on a real host: it knows the process, ends it and starts another.
        let script = format!(
            "home={}/$2\n\
             if [ $1 = inspect ]; then\n\
             if [ -e $home/gone ]; then echo no route to host >&2; exit 255; fi\n\
             exec {program} --json --inspect $home/data\nfi\n\
             if [ $1 = set_aside ]; then exec {program} --set-aside $home/zoo.cfg; fi\n\
             while [ -e $home/held ]; do sleep 0.05; done\n\
             if [ -e $home/broken ]; then echo no such unit >&2; exit 5; fi\n\
             if [ $1 != start ]; then kill $(cat $home/pid); \
             while kill -0 $(cat $home/pid) 2>/dev/null; do sleep 0.05; done; fi\n\
             if [ $1 = stop ]; then exit; fi\n\
             set -f\ncd $home\n{program} $home/zoo.cfg >>$home/log 2>&1 </dev/null &\n\
             echo $! >$home/pid\necho started $2\n",
            self.dir.path().display()
        );
        fs::write(self.dir.path().join("service.sh"), script).unwrap();
        fs::write(self.dir.path().join("digest"), "operator:secret\n").unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(self.dir.path().join("digest"), private).unwrap();
        let script = self.dir.path().join("service.sh");
        let toml = format!(
            "[[cluster]]\nname = \"test\"\nconnect = [{}]\n\
             [cluster.hooks]\nrestart = [\"sh\", \"{script}\", \"restart\", \"{{id}}\"]\n\
             start = [\"sh\", \"{script}\", \"start\", \"{{id}}\"]\n\
             inspect = [\"sh\", \"{script}\", \"inspect\", \"{{id}}\"]\n\
             set_aside = [\"sh\", \"{script}\", \"set_aside\", \"{{id}}\"]\n\
             [cluster.local]\n2 = \"{local}\"\n\
             [cluster.auth]\ndigest = {{ file = \"{}\" }}\n",
            self.addresses()
                .map(|address| format!("\"{address}\""))
                .collect::<Vec<_>>()
                .join(","),
            self.dir.path().join("digest").display(),
            script = script.display(),
            local = self.home(2).join("zoo.cfg").display(),
        );
        fs::write(self.config(), toml).unwrap();
    }

    fn home(&self, id: usize) -> PathBuf {
        self.dir.path().join(id.to_string())
    }

    /// `server.N=...` in a role.
    pub(crate) fn server_line(&self, id: usize, role: &str) -> String {
        let [client, quorum, election, _] = self.ports[id - 1];
        format!("server.{id}=127.0.0.1:{quorum}:{election}:{role};127.0.0.1:{client}")
    }

    fn addresses(&self) -> impl Iterator<Item = String> {
        self.ports
            .iter()
            .map(|ports| format!("127.0.0.1:{}", ports[0]))
    }

    pub(crate) fn address(&self, id: usize) -> String {
        format!("127.0.0.1:{}", self.ports[id - 1][0])
    }

    /// `start`, `stop` or `restart`, as the hook does.
    pub(crate) fn script(&self, what: &str, id: usize) {
        let status = Command::new("sh")
            .arg(self.dir.path().join("service.sh"))
            .args([what, &id.to_string()])
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{what} {id}");
    }

    /// Its process and all that was on its disk are gone; with `host` its host too.
    pub(crate) fn destroy(&self, id: usize, host: bool) {
        self.script("stop", id);
        fs::remove_dir_all(self.data(id)).unwrap();
        fs::create_dir(self.data(id)).unwrap();
        if host {
            fs::write(self.home(id).join("gone"), "").unwrap();
        }
    }

    /// Its data directory.
    pub(crate) fn data(&self, id: usize) -> PathBuf {
        self.home(id).join("data")
    }

    /// A snapshot as of now, kept aside.
    pub(crate) fn snapshot(&self, id: usize) -> PathBuf {
        let mut stream = TcpStream::connect(("127.0.0.1", self.ports[id - 1][3])).unwrap();
        let ask = "GET /commands/snapshot?streaming=true HTTP/1.0\r\nHost: x\r\n\
                   Authorization: digest operator:secret\r\n\r\n";
        stream.write_all(ask.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer
            .windows(4)
            .position(|part| part == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        let zxid = head.split("last_zxid: 0x").nth(1).expect("a snapshot");
        let name = format!("snapshot.{}", zxid.lines().next().unwrap());
        let file = self.dir.path().join(name);
        fs::write(&file, &answer[end + 4..]).unwrap();
        file
    }

    /// Has the hook fail for a member, or work again.
    pub(crate) fn break_hook(&self, id: usize, is_broken: bool) {
        let marker = self.home(id).join("broken");
        if is_broken {
            fs::write(marker, "").unwrap();
        } else {
            fs::remove_file(marker).unwrap();
        }
    }

    /// Has the hook wait, or go on.
    pub(crate) fn hold_hook(&self, id: usize, is_held: bool) {
        let marker = self.home(id).join("held");
        if is_held {
            fs::write(marker, "").unwrap();
        } else {
            fs::remove_file(marker).unwrap();
        }
    }

    pub(crate) fn pid(&self, id: usize) -> String {
        fs::read_to_string(self.home(id).join("pid")).unwrap()
    }

    /// What a member answers to a word; empty where it does not.
    pub(crate) fn word(&self, id: usize, word: &str) -> String {
        let address = self.address(id);
        let asking = fourletter::ask(&address, word, Duration::from_secs(2));
        self.runtime.block_on(asking).unwrap_or_default()
    }

    /// Whom a member's AdminServer knows to watch or to act.
    pub(crate) fn consoles(&self, id: usize) -> String {
        let admin = format!("127.0.0.1:{}", self.ports[id - 1][3]);
        let path = "/commands/zoowarden/consoles";
        let asking = http::get(&admin, path, Duration::from_secs(5));
        self.runtime.block_on(asking).unwrap().body
    }

    pub(crate) fn leader(&self) -> usize {
        let leads = |id: &usize| self.word(*id, "srvr").contains("Mode: leader");
        (1..=self.ports.len()).find(leads).expect("a leader")
    }

    /// Any member that follows.
    pub(crate) fn follower(&self) -> usize {
        let leader = self.leader();
        (1..=self.ports.len()).find(|id| *id != leader).unwrap()
    }

    pub(crate) fn wait_until_all_serve(&self) {
        self.wait("all serve", || {
            (1..=self.ports.len()).all(|id| self.word(id, "srvr").contains("Mode: "))
        });
    }

    pub(crate) fn wait(&self, what: &str, mut condition: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !condition() {
            assert!(begun.elapsed() < PATIENCE, "{what}: {}", self.logs());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn logs(&self) -> String {
        let log = |id| fs::read_to_string(self.home(id).join("log")).unwrap_or_default();
        let end = |text: String| text.chars().rev().take(1500).collect::<Vec<_>>();
        (1..=self.ports.len())
            .map(|id| end(log(id)).into_iter().rev().collect::<String>())
            .collect()
    }

    /// A session on a member.
    pub(crate) fn client(&self, id: usize) -> (Connection, Events) {
        let address = self.address(id);
        let connecting = Connection::connect(&address, Default::default());
        self.runtime.block_on(connecting).unwrap()
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// The console.toml that has this ensemble under the name `test`, and its hooks.
    pub(crate) fn config(&self) -> PathBuf {
        self.dir.path().join("console.toml")
    }

    /// The same, which also says where each AdminServer of this one host listens.
    pub(crate) fn config_with_admin_ports(&self) -> PathBuf {
        let ports = self.ports.iter();
        let ports: String = ports
            .map(|[client, _, _, admin]| format!("\"127.0.0.1:{client}\" = {admin}\n"))
            .collect();
        let text = fs::read_to_string(self.config()).unwrap();
        let file = self.dir.path().join("admin-ports.toml");
        fs::write(&file, format!("{text}[cluster.admin_ports]\n{ports}")).unwrap();
        file
    }

    /// `zoowarden act` on the configured cluster; its exit code and what it printed.
    pub(crate) fn act(&self, words: &[&str]) -> (i32, Value) {
        self.act_by_file(&self.config(), words)
    }

    /// The same by another console.toml.
    pub(crate) fn act_by_file(&self, config: &Path, words: &[&str]) -> (i32, Value) {
        let output = act(&[
            &[
                "--cluster",
                "test",
                "--json",
                "--config",
                config.to_str().unwrap(),
            ],
            words,
        ]
        .concat());
        read(&output)
    }

    /// The members' AdminServers.
    fn admins(&self) -> String {
        let admins = self
            .ports
            .iter()
            .map(|ports| format!("127.0.0.1:{}", ports[3]));
        admins.collect::<Vec<_>>().join(",")
    }

    /// The same on the configured cluster, with all AdminServers of this one host named.
    pub(crate) fn act_with_admins(&self, words: &[&str]) -> (i32, Value) {
        self.act(&[&["--admin", &self.admins(), "--reason", REASON], words].concat())
    }

    /// The same by the members' addresses, with the port of each AdminServer.
    pub(crate) fn act_by_hosts(&self, words: &[&str]) -> (i32, Value) {
        let connect: Vec<String> = self.addresses().collect();
        let ports: Vec<String> = self
            .ports
            .iter()
            .map(|ports| ports[3].to_string())
            .collect();
        let digest = self.dir.path().join("digest");
        let output = act(&[
            &[
                "--json",
                "--reason",
                REASON,
                "--connect",
                &connect.join(","),
            ],
            &[
                "--admin-port",
                &ports.join(","),
                "--digest-file",
                digest.to_str().unwrap(),
            ][..],
            words,
        ]
        .concat());
        read(&output)
    }
}

impl Drop for Ensemble {
    fn drop(&mut self) {
        for id in 1..=self.ports.len() {
            let pid = fs::read_to_string(self.home(id).join("pid")).unwrap_or_default();
            let _ = Command::new("kill")
                .args(["-9", pid.trim()])
                .stderr(Stdio::null())
                .status();
        }
    }
}

pub(crate) fn act(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zoowarden"))
        .arg("act")
        .args(words)
        .env("XDG_STATE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn read(output: &Output) -> (i32, Value) {
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code().unwrap(), json)
}
