//! The control door: a Unix socket in the data directory, for its owner alone.
//!
//! One JSON object a line each way:
//!
//! ```text
//!   {"order":"status"}     {"ok":true,"said":"it runs as process 7","report":{...}}
//!   {"order":"release"}    {"ok":false,"said":"it is not quarantined","report":{...}}
//! ```
//!
//! Orders: `status`, `stop`, `start`, `restart`, `release`.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    keeper::{Command, Keeper},
    policy::Order,
    report::Report,
};

/// Apache ignores it.
const SOCKET_NAME: &str = "zoowarden.control";
/// No request is longer, nor is an answer.
const MAX_LINE: u64 = 1 << 20;
/// How long who has connected may say nothing, and how long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What can be asked at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// How things are.
    Status,
    /// End the member and leave it down.
    Stop,
    /// Start it, also before its backoff is over.
    Start,
    /// End it and start it again.
    Restart,
    /// Lift its quarantine and start it.
    Release,
}

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    order: Word,
}

/// What the supervisor answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether the order was taken.
    pub ok: bool,
    /// What became of it, or why nothing did.
    pub said: String,
    /// The state of things right after it.
    pub report: Option<Report>,
}

impl Word {
    fn command(self) -> Option<Command> {
        let order = match self {
            Self::Status => return None,
            Self::Stop => Order::Stop,
            Self::Start => Order::Start,
            Self::Restart => Order::Restart,
            Self::Release => Order::Release,
        };
        Some(Command::Order(order))
    }
}

/// Where the door of a data directory is.
#[must_use]
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(SOCKET_NAME)
}

/// The socket, which goes with this.
#[derive(Debug)]
pub(super) struct Door {
    listener: UnixListener,
    path: PathBuf,
}

impl Door {
    /// Opens the door of a data directory, in the place of one that a dead supervisor left.
    ///
    /// # Errors
    /// The system's: a path of more than some 100 bytes is too long for a socket.
    pub(super) fn open(data_dir: &Path) -> io::Result<Self> {
        let path = path(data_dir);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Answers until `shutdown`.
    pub(super) async fn serve(self, keeper: Keeper, shutdown: CancellationToken) {
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = shutdown.cancelled() => return,
            };
            match accepted {
                Ok((stream, _)) => {
                    let keeper = keeper.clone();
                    // What goes wrong is the asker's affair.
                    tokio::spawn(async move { talk(stream, &keeper).await });
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

async fn talk(stream: UnixStream, keeper: &Keeper) -> io::Result<()> {
    let (input, mut output) = stream.into_split();
    let mut input = BufReader::new(input);
    loop {
        let mut line = Vec::new();
        let mut bounded = (&mut input).take(MAX_LINE);
        let reading = bounded.read_until(b'\n', &mut line);
        if timeout(PATIENCE, reading).await?? == 0 {
            return Ok(());
        }
        let (ok, said) = match serde_json::from_slice::<Request>(&line) {
            Ok(request) => match request.order.command() {
                Some(command) => match keeper.ask(command).await {
                    Ok(said) => (true, said),
                    Err(why) => (false, why),
                },
                None => (true, keeper.reports().borrow().sentence.clone()),
            },
            Err(error) => (false, format!("expected {{\"order\":\"status\"}}: {error}")),
        };
        let report = Some(keeper.reports().borrow().clone());
        let mut answer = serde_json::to_vec(&Answer { ok, said, report })?;
        answer.push(b'\n');
        timeout(PATIENCE, output.write_all(&answer)).await??;
    }
}

/// Asks the supervisor of a data directory.
///
/// # Errors
/// When none answers there, or not in time.
pub async fn ask(data_dir: &Path, order: Word) -> anyhow::Result<Answer> {
    let path = path(data_dir);
    let stream = UnixStream::connect(&path).await.with_context(|| {
        format!(
            "no supervisor answers at {}: is the member run with --supervise, and are you the \
             user that runs it?",
            path.display()
        )
    })?;
    let (input, mut output) = stream.into_split();
    let mut line = serde_json::to_vec(&Request { order })?;
    line.push(b'\n');
    output.write_all(&line).await?;
    let mut answer = Vec::new();
    let mut input = BufReader::new(input).take(MAX_LINE);
    let reading = input.read_until(b'\n', &mut answer);
    let count = timeout(PATIENCE, reading).await.context("no answer")??;
    if count == 0 {
        bail!("the supervisor ended before it answered");
    }
    Ok(serde_json::from_slice(&answer)?)
}
