//! The task behind a connection: writes requests, reads replies, pings, watches for silence.
//!
//! It never waits for one thing alone, so that a server that stops reading cannot stop it
//! from reading, and a caller that does not take its events cannot hold up replies.

use std::{
    io::ErrorKind,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf},
    sync::{mpsc, oneshot},
    time::Instant,
};
use zoowarden_shared::{
    ErrorCode,
    jute::{Jute, Reader},
    proto::{EventType, Frames, OpCode, ReplyHeader, RequestHeader, WatcherEvent, put_frame, xid},
};

use crate::{
    connection::WatchEvent,
    connector::Stream,
    error::EndReason,
    options::ConnectOptions,
    pending::{Answer, Pending},
};

/// No further requests are taken while this many bytes wait to be written.
const MAX_UNWRITTEN: usize = 4 << 20;
/// Room that is made for one read.
const READ_CHUNK: usize = 64 << 10;

/// One request on its way to the socket.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) op: OpCode,
    pub(crate) body: Bytes,
    pub(crate) reply: oneshot::Sender<Answer>,
}

/// What the task tells the handles.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) ended: OnceLock<EndReason>,
    pub(crate) last_zxid: AtomicI64,
    /// Microseconds; [`Shared::UNMEASURED`] before the first ping was answered.
    pub(crate) round_trip_us: AtomicU64,
}

impl Shared {
    pub(crate) const UNMEASURED: u64 = u64::MAX;
}

#[derive(Debug)]
pub(crate) struct Driver {
    reader: ReadHalf<Stream>,
    writer: WriteHalf<Stream>,
    received: BytesMut,
    unwritten: BytesMut,
    /// What was written may still be on this side: TLS keeps records back.
    is_unflushed: bool,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<WatchEvent>,
    pending: Pending,
    shared: Arc<Shared>,
    options: ConnectOptions,
    ping_every: Duration,
    max_silence: Duration,
    next_ping: Instant,
    last_heard: Instant,
}

impl Driver {
    pub(crate) fn new(
        stream: Stream,
        received: BytesMut,
        timeout_ms: i32,
        options: ConnectOptions,
        commands: mpsc::Receiver<Command>,
        events: mpsc::Sender<WatchEvent>,
        shared: Arc<Shared>,
    ) -> Self {
        let timeout = Duration::from_millis(u64::from(timeout_ms.unsigned_abs()));
        let (reader, writer) = tokio::io::split(stream);
        let now = Instant::now();
        Self {
            reader,
            writer,
            received,
            unwritten: BytesMut::new(),
            is_unflushed: false,
            commands,
            events,
            pending: Pending::default(),
            shared,
            options,
            ping_every: timeout / 3,
            max_silence: timeout * 2 / 3,
            next_ping: now + timeout / 3,
            last_heard: now,
        }
    }

    /// Runs until the connection ends; what is pending then is answered by that reason.
    pub(crate) async fn run(mut self) {
        let reason = match self.serve().await {
            Ok(never) => match never {},
            Err(reason) => reason,
        };
        tracing::debug!(%reason, "connection ended");
        // First the reason, then (by the drop of self) the callers' channels: who finds its
        // channel closed finds the reason too.
        let _ = self.shared.ended.set(reason);
    }

    async fn serve(&mut self) -> Result<std::convert::Infallible, EndReason> {
        self.take_replies()?;
        loop {
            self.received.reserve(READ_CHUNK);
            let may_take = self.may_take();
            let wake = self.next_ping.min(self.last_heard + self.max_silence);
            tokio::select! {
                read = self.reader.read_buf(&mut self.received) => {
                    match read {
                        Ok(0) => return Err(EndReason::ByServer),
                        // TLS that ends without a word of farewell.
                        Err(e) if e.kind() == ErrorKind::UnexpectedEof => {
                            return Err(EndReason::ByServer);
                        }
                        Err(e) => return Err(EndReason::Io(Arc::new(e))),
                        Ok(_) => {}
                    }
                    self.last_heard = Instant::now();
                    self.take_replies()?;
                }
                wrote = write_some(&mut self.writer, &mut self.unwritten),
                    if self.is_unflushed || !self.unwritten.is_empty() =>
                {
                    self.is_unflushed = wrote.map_err(|e| EndReason::Io(Arc::new(e)))?;
                }
                command = self.commands.recv(), if may_take => {
                    // None: every handle is gone, nobody will ever ask again.
                    self.send(command.ok_or(EndReason::ByClient)?);
                    while self.may_take() {
                        let Ok(command) = self.commands.try_recv() else { break };
                        self.send(command);
                    }
                }
                () = tokio::time::sleep_until(wake) => self.on_timer()?,
            }
        }
    }

    fn may_take(&self) -> bool {
        self.pending.len() < self.options.max_outstanding && self.unwritten.len() < MAX_UNWRITTEN
    }

    fn send(&mut self, command: Command) {
        self.put(command.op, &command.body, Some(command.reply));
    }

    fn put(&mut self, op: OpCode, body: &[u8], reply: Option<oneshot::Sender<Answer>>) {
        let xid = self.pending.push(op, Instant::now(), reply);
        put_frame(&mut self.unwritten, |out| {
            RequestHeader { xid, op: op.code() }.encode(out);
            out.extend_from_slice(body);
        });
    }

    fn on_timer(&mut self) -> Result<(), EndReason> {
        let now = Instant::now();
        let silent = now - self.last_heard;
        if silent >= self.max_silence {
            return Err(EndReason::Silent(silent));
        }
        if now >= self.next_ping {
            self.next_ping = now + self.ping_every;
            self.put(OpCode::Ping, &[], None);
        }
        Ok(())
    }

    fn take_replies(&mut self) -> Result<(), EndReason> {
        while let Some(frame) =
            Frames::new(&mut self.received, self.options.max_reply).next_frame()?
        {
            let mut reader = Reader::new(frame);
            let header = ReplyHeader::decode(&mut reader)?;
            // Events of servers before 3.9 carry -1.
            self.shared
                .last_zxid
                .fetch_max(header.zxid.0, Ordering::Relaxed);
            if header.xid == xid::NOTIFICATION {
                self.take_event(header, &mut reader)?;
            } else {
                self.take_reply(header, reader.rest())?;
            }
        }
        Ok(())
    }

    fn take_reply(&mut self, header: ReplyHeader, body: Bytes) -> Result<(), EndReason> {
        let waiting = self.pending.pop(header.xid)?;
        if waiting.op == OpCode::Ping {
            let round_trip = waiting.sent.elapsed().as_micros() as u64;
            self.shared
                .round_trip_us
                .store(round_trip, Ordering::Relaxed);
        }
        let closed = waiting.op == OpCode::CloseSession && header.err == ErrorCode::Ok;
        if let Some(reply) = waiting.reply {
            // A caller that gave up has dropped its end.
            let _ = reply.send((header, body));
        }
        if closed {
            return Err(EndReason::ByClient);
        }
        Ok(())
    }

    fn take_event(&mut self, header: ReplyHeader, body: &mut Reader) -> Result<(), EndReason> {
        let event = WatcherEvent::decode(body)?;
        let Some(kind) = EventType::from_code(event.kind) else {
            tracing::warn!(kind = event.kind, path = event.path, "unknown watch event");
            return Ok(());
        };
        let event = WatchEvent {
            kind,
            path: event.path,
            zxid: (header.zxid.0 >= 0).then_some(header.zxid),
        };
        match self.events.try_send(event) {
            // Nobody is interested any more in the second case.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => Err(EndReason::EventsOverflow),
        }
    }
}

/// Writes a part, or flushes once all is written; tells whether a flush is still due. Cancel
/// safe, as both are.
async fn write_some(
    writer: &mut WriteHalf<Stream>,
    unwritten: &mut BytesMut,
) -> std::io::Result<bool> {
    if unwritten.is_empty() {
        writer.flush().await?;
        return Ok(false);
    }
    writer.write_buf(unwritten).await?;
    Ok(true)
}
