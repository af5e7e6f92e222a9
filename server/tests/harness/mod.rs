//! What the socket tests share: a member in this process, and clients that can misbehave.
#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

pub(crate) mod raw_client;

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    path::Path,
    thread,
    time::{Duration, Instant},
};

pub(crate) use raw_client::RawClient;
use tokio_util::sync::CancellationToken;
use zoowarden_server::{Configured, Listeners, Member};
use zoowarden_shared::config::{FourLetterWhitelist, HostPort, ServerConfig};

/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A member on free ports, served by a thread of this process.
pub(crate) struct TestServer {
    pub(crate) client: SocketAddr,
    pub(crate) admin: SocketAddr,
    shutdown: CancellationToken,
    thread: Option<thread::JoinHandle<anyhow::Result<()>>>,
}

impl TestServer {
    /// A member with its data in `directory` and all four-letter words allowed.
    pub(crate) fn start(directory: &Path) -> Self {
        Self::start_with(directory, |_| {})
    }

    /// The same with something changed.
    pub(crate) fn start_with(directory: &Path, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let server = Self::start_without_admin(directory, change);
        assert_ne!(server.admin.port(), 0, "there is no AdminServer");
        server
    }

    /// The same, whether there is an AdminServer or not; without, its port is 0.
    pub(crate) fn start_without_admin(
        directory: &Path,
        change: impl FnOnce(&mut ServerConfig),
    ) -> Self {
        let mut config = ServerConfig {
            data_dir: directory.into(),
            data_log_dir: directory.into(),
            client_address: Some(HostPort::new("127.0.0.1", 0)),
            four_letter_words: FourLetterWhitelist::parse("*"),
            ..ServerConfig::default()
        };
        config.admin.address = HostPort::new("127.0.0.1", 0);
        config.storage.pre_alloc_size_kib = 64;
        change(&mut config);
        let shutdown = CancellationToken::new();
        let (sender, started) = std::sync::mpsc::channel();
        let thread = thread::spawn({
            let shutdown = shutdown.clone();
            move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(1)
                    .enable_all()
                    .build()?;
                runtime.block_on(async {
                    let configured = Configured::standalone(config);
                    let listeners = Listeners::bind(&configured)?;
                    let member = Member::start(configured, listeners).await?;
                    let addresses = (member.client_address(), member.admin_address());
                    sender.send(addresses)?;
                    member.run(shutdown).await
                })
            }
        });
        let Ok((client, admin)) = started.recv() else {
            panic!("the member did not start: {:?}", thread.join());
        };
        let admin = admin.unwrap_or_else(|| ([127, 0, 0, 1], 0).into());
        Self {
            client,
            admin,
            shutdown,
            thread: Some(thread),
        }
    }

    /// Stops the member as SIGTERM would.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.shutdown.cancel();
        let thread = self.thread.take().unwrap();
        thread.join().expect("the member panicked")
    }

    /// A client with a session.
    pub(crate) fn session(&self) -> RawClient {
        RawClient::with_session(self.client, 10_000)
    }

    /// Asks a four-letter word, and half-closes at once as `nc` does.
    pub(crate) fn word(&self, word: &str) -> String {
        let mut stream = connect(self.client);
        stream.write_all(word.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The status and the body of an HTTP request to the AdminServer.
    pub(crate) fn http(&self, method: &str, path: &str, headers: &str) -> (u16, String) {
        let mut stream = connect(self.admin);
        let host = self.admin;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, body.to_owned())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.shutdown.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A connection that gives up after [`PATIENCE`].
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Waits until the condition holds.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Whether the other side has closed: reads whatever it still sends.
pub(crate) fn is_closed_by_server(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(fault) => return fault.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}
