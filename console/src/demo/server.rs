//! The demo's server: a child process that ends with this one.

use std::{
    env, fs,
    io::Write as _,
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use zoowarden_client::fourletter;
use zoowarden_shared::admin::word_refusal;

use super::scratch::Scratch;

/// For the start, recovery of kept data included.
const START_DEADLINE: Duration = Duration::from_secs(30);
/// For one question while it starts.
const ASK_DEADLINE: Duration = Duration::from_millis(500);
const ASK_EVERY: Duration = Duration::from_millis(20);
/// How long it may take to end by itself.
const STOP_DEADLINE: Duration = Duration::from_secs(2);
/// Another process may take a free port before the server does.
const ATTEMPTS: u32 = 3;
/// Of the log, what an error quotes.
const QUOTED_LINES: usize = 5;

/// The running child.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    addr: String,
    admin_port: u16,
    data_dir: PathBuf,
    log: PathBuf,
    /// Holds configuration, log, and the data unless that is kept.
    _scratch: Scratch,
}

impl Server {
    /// Starts it and waits until it serves.
    pub(super) async fn start(data_dir: Option<PathBuf>) -> Result<Self> {
        let mut attempt = 1;
        loop {
            let mut server = Self::spawn(data_dir.clone())?;
            match server.wait_until_it_serves().await {
                Ok(()) => return Ok(server),
                Err(fault) if attempt == ATTEMPTS => return Err(fault),
                Err(_) => attempt += 1,
            }
        }
    }

    pub(super) fn addr(&self) -> &str {
        &self.addr
    }

    pub(super) fn admin_port(&self) -> u16 {
        self.admin_port
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    fn spawn(kept: Option<PathBuf>) -> Result<Self> {
        let scratch = Scratch::new()?;
        let data_dir = match kept {
            Some(dir) => std::path::absolute(dir)?,
            None => scratch.path().join("data"),
        };
        fs::create_dir_all(&data_dir)
            .with_context(|| format!("cannot create {}", data_dir.display()))?;
        let [port, admin_port] = free_ports()?;
        let config = scratch.path().join("zoo.cfg");
        fs::write(&config, zoo_cfg(&data_dir, port, admin_port)?)?;
        let log = scratch.path().join("server.log");
        let child = Command::new(env::current_exe()?)
            .arg("server")
            .arg("--exit-with-parent")
            .arg(&config)
            // The pipe whose end tells the child that this process is gone.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?)
            // An interrupt at the terminal is for the console, which ends the child in order.
            .process_group(0)
            .spawn()
            .context("cannot start the demo's server")?;
        Ok(Self {
            child,
            addr: format!("127.0.0.1:{port}"),
            admin_port,
            data_dir,
            log,
            _scratch: scratch,
        })
    }

    async fn wait_until_it_serves(&mut self) -> Result<()> {
        let start = Instant::now();
        loop {
            if let Ok(answer) = fourletter::ask(&self.addr, "srvr", ASK_DEADLINE).await
                && word_refusal("srvr", &answer).is_none()
            {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the demo's server ended ({status}): {}", self.last_words());
            }
            if start.elapsed() >= START_DEADLINE {
                bail!(
                    "the demo's server does not serve after {START_DEADLINE:?}: {}",
                    self.last_words()
                );
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    /// The end of its log.
    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n")
    }
}

impl Drop for Server {
    /// Asks it to end, waits a little, and ends it.
    fn drop(&mut self) {
        if let Some(mut pipe) = self.child.stdin.take() {
            // Closing is the message; there is nothing to flush.
            let _ = pipe.flush();
        }
        let start = Instant::now();
        while start.elapsed() < STOP_DEADLINE {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(10)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ports that nobody listens on at this moment, all different.
fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// Everything is open, on this machine only.
fn zoo_cfg(data_dir: &Path, port: u16, admin_port: u16) -> Result<String> {
    let data_dir = data_dir
        .to_str()
        .filter(|path| !path.contains(['\n', '\\']))
        .with_context(|| format!("no zoo.cfg can name {}", data_dir.display()))?;
    Ok(format!(
        "# The demo of zoowarden.\n\
         tickTime=2000\n\
         dataDir={data_dir}\n\
         clientPortAddress=127.0.0.1\n\
         clientPort={port}\n\
         maxClientCnxns=0\n\
         4lw.commands.whitelist=*\n\
         admin.serverAddress=127.0.0.1\n\
         admin.serverPort={admin_port}\n\
         autopurge.purgeInterval=1\n"
    ))
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::config::ServerConfig;

    use super::*;

    #[test]
    fn the_configuration_is_one_that_the_server_reads() {
        let [port, admin_port] = free_ports().unwrap();
        assert_ne!(port, admin_port);
        let text = zoo_cfg(Path::new("/var/lib/demo"), port, admin_port).unwrap();
        let config = ServerConfig::parse(&text, "zoo.cfg", &[]).unwrap();
        assert_eq!(config.client_address.map(|a| a.port), Some(port));
        assert!(zoo_cfg(Path::new("/a\nclientPort=1"), port, admin_port).is_err());
    }
}
