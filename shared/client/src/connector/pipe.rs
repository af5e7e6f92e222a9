//! A running ProxyCommand as a stream: what is written goes to its standard input, what it
//! prints is read, and it ends with the connection.
//!
//! When it ends before its time its last words on standard error are the reason, in an
//! [`io::Error`] around [`ProxyEnded`].

use std::{
    future::Future as _,
    io,
    pin::Pin,
    process::Stdio,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::{Sleep, sleep, timeout},
};

use super::proxy::Proxy;

/// Commands that may run at once: a member has a poll and perhaps a stream of heartbeats
/// under way, and the ensemble one session. More wait.
pub(crate) const MAX_RUNNING: usize = 32;
/// How long after its last output the command's end is waited for.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How much of a line of standard error is kept, bytes.
const MAX_LINE: usize = 400;
/// What OpenSSH says after it has said why.
const SAYS_NOTHING: &str = "stdio forwarding failed";

/// The command is gone, and this is why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ProxyEnded(pub(crate) String);

/// One running command. Dropping it kills the command.
#[derive(Debug)]
pub(crate) struct Pipe {
    stdin: ChildStdin,
    stdout: ChildStdout,
    end: oneshot::Receiver<End>,
    /// Its output has ended.
    is_over: bool,
    /// Since we wait for its end.
    patience: Option<Pin<Box<Sleep>>>,
    has_spoken: bool,
    _stop: oneshot::Sender<()>,
}

/// How a command ended.
#[derive(Debug)]
struct End {
    is_success: bool,
    how: String,
    last_line: Option<String>,
}

impl Pipe {
    /// Starts the command for this address, once there is room for one more.
    pub(crate) async fn open(
        proxy: &Proxy,
        room: &Arc<Semaphore>,
        addr: &str,
    ) -> Result<Self, ProxyEnded> {
        let failed = |why: String| ProxyEnded(why);
        let arguments = proxy.arguments(addr).map_err(|e| failed(e.to_string()))?;
        let permit = Arc::clone(room).acquire_owned().await;
        let permit = permit.map_err(|e| failed(e.to_string()))?;
        let program = proxy.program();
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Out of the terminal's foreground: what asks for a password there is stopped,
            // not let onto the screen. And its own children end with it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| failed(format!("cannot run {program}: {e}")))?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = streams else {
            return Err(failed(format!("{program} has no standard streams")));
        };
        let (tell_end, end) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(supervise(child, stderr, stopped, tell_end, permit));
        Ok(Self {
            stdin,
            stdout,
            end,
            is_over: false,
            patience: None,
            has_spoken: false,
            _stop: stop,
        })
    }

    /// After its output has ended: an error where it failed, nothing where it was done.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Poll::Ready(end) = Pin::new(&mut self.end).poll(cx) {
            // Polled once: a second read finds the end of the stream.
            let (_never, gone) = oneshot::channel();
            self.end = gone;
            return Poll::Ready(match end {
                Ok(end) => end.judge(self.has_spoken),
                Err(_) => Ok(()),
            });
        }
        let patience = self
            .patience
            .get_or_insert_with(|| Box::pin(sleep(LAST_WORDS)));
        ready!(patience.as_mut().poll(cx));
        Poll::Ready(Ok(()))
    }
}

impl End {
    /// A command that has carried an answer may end as it likes (a netcat's exit code says
    /// nothing), unless it failed and says why.
    fn judge(self, has_spoken: bool) -> io::Result<()> {
        let is_fault = if has_spoken {
            !self.is_success && self.last_line.is_some()
        } else {
            !self.is_success || self.last_line.is_some()
        };
        if !is_fault {
            return Ok(());
        }
        let why = self.last_line.unwrap_or(self.how);
        Err(io::Error::other(ProxyEnded(why)))
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.is_over {
            let before = buffer.filled().len();
            match ready!(Pin::new(&mut self.stdout).poll_read(cx, buffer)) {
                Ok(()) if buffer.filled().len() > before => {
                    self.has_spoken = true;
                    return Poll::Ready(Ok(()));
                }
                Ok(()) | Err(_) => self.is_over = true,
            }
        }
        self.poll_end(cx)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match ready!(Pin::new(&mut self.stdin).poll_write(cx, bytes)) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                ready!(self.poll_end(cx))?;
                Poll::Ready(Err(error))
            }
            other => Poll::Ready(other),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stdin).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stdin).poll_shutdown(cx)
    }
}

/// Waits for the command's end, or for ours, and reaps it.
async fn supervise(
    mut child: Child,
    stderr: ChildStderr,
    stopped: oneshot::Receiver<()>,
    tell_end: oneshot::Sender<End>,
    _permit: OwnedSemaphorePermit,
) {
    let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let mut last_line = tokio::spawn(last_line(stderr));
    let status = tokio::select! {
        status = child.wait() => Some(status),
        _ = stopped => None,
    };
    let Some(status) = status else {
        if let Some(group) = group {
            // It may have ended by itself.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = child.kill().await;
        last_line.abort();
        return;
    };
    // A child of its own may hold standard error open.
    let line = timeout(LAST_WORDS / 2, &mut last_line).await;
    last_line.abort();
    let end = End {
        is_success: status.as_ref().is_ok_and(std::process::ExitStatus::success),
        how: match status {
            Ok(status) => format!("ended with {status}"),
            Err(error) => error.to_string(),
        },
        last_line: line.ok().and_then(Result::ok).flatten(),
    };
    // Nobody may be left who wants to know.
    let _ = tell_end.send(end);
}

/// The last line that says something, cut to its bound.
async fn last_line(mut stderr: ChildStderr) -> Option<String> {
    let mut last = None;
    let mut line: Vec<u8> = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        let read = stderr.read(&mut chunk).await.unwrap_or(0);
        for &byte in &chunk[..read] {
            match byte {
                b'\n' | b'\r' => keep(&mut last, &mut line),
                byte if line.len() < MAX_LINE => line.push(byte),
                _ => {}
            }
        }
        if read == 0 {
            keep(&mut last, &mut line);
            return last;
        }
    }
}

fn keep(last: &mut Option<String>, line: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(line).trim().to_owned();
    line.clear();
    let says_nothing = text.is_empty() || (text == SAYS_NOTHING && last.is_some());
    if !says_nothing {
        *last = Some(text);
    }
}
