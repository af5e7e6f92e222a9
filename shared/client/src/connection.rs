//! One connection to one member, and the session on it.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::BytesMut;
use tokio::{sync::mpsc, sync::oneshot, time};
use zoowarden_shared::{
    Zxid,
    proto::{EventType, Request},
};

use crate::{
    connector::Connector,
    driver::{Command, Driver, Shared},
    error::{ClientError, EndReason},
    handshake::{Session, shake_hands},
    options::ConnectOptions,
    pending::Answer,
};

/// A session on one member. Clones share it; calls may be made from any number of tasks.
///
/// When the last clone is dropped the socket closes and the session stays until it expires
/// on the server or is taken up elsewhere ([`Self::detach`] says so in the code);
/// [`Self::close`] ends the session too.
#[derive(Clone, Debug)]
pub struct Connection {
    addr: Arc<str>,
    peer: Option<SocketAddr>,
    session: Session,
    options: ConnectOptions,
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
}

/// What happened to a watched znode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchEvent {
    /// What happened.
    pub kind: EventType,
    /// Where.
    pub path: String,
    /// The transaction that did it. Servers before 3.9 do not say.
    pub zxid: Option<Zxid>,
}

/// A connection's watch events, in the server's order: each comes before the reply to any
/// read that shows newer data.
#[derive(Debug)]
pub struct Events(mpsc::Receiver<WatchEvent>);

impl Events {
    /// The next event; `None` once the connection has ended and all were taken.
    pub async fn next(&mut self) -> Option<WatchEvent> {
        self.0.recv().await
    }

    /// The next event, if one is there now.
    pub fn try_next(&mut self) -> Option<WatchEvent> {
        self.0.try_recv().ok()
    }
}

impl Connection {
    /// [`Self::connect_by`], plainly and as nobody.
    ///
    /// # Errors
    /// As there.
    pub async fn connect(
        addr: &str,
        options: ConnectOptions,
    ) -> Result<(Self, Events), ClientError> {
        Self::connect_by(&Connector::default(), addr, options).await
    }

    /// Connects to `addr` (`host:port`, or `[v6]:port`), opens or takes up a session, and says
    /// who we are, all within [`ConnectOptions::connect_deadline`].
    ///
    /// Who has no use for watch events drops [`Events`].
    ///
    /// # Errors
    /// [`ClientError::Connect`], [`ClientError::Tls`], [`ClientError::Proxy`],
    /// [`ClientError::HandshakeRefused`] (what a member without a quorum does),
    /// [`ClientError::SessionRefused`], [`ClientError::Auth`], [`ClientError::Deadline`], or
    /// [`ClientError::Ended`] where the answer is no ZooKeeper's.
    pub async fn connect_by(
        connector: &Connector,
        addr: &str,
        options: ConnectOptions,
    ) -> Result<(Self, Events), ClientError> {
        let connecting = async {
            let opened = Self::open(connector, addr, options).await?;
            connector.identity().tell(&opened.0).await?;
            Ok(opened)
        };
        within("the handshake", options.connect_deadline, connecting).await
    }

    async fn open(
        connector: &Connector,
        addr: &str,
        options: ConnectOptions,
    ) -> Result<(Self, Events), ClientError> {
        let (mut stream, peer) = connector.open_to(addr).await?;
        let mut received = BytesMut::new();
        let session = shake_hands(&mut stream, addr, &options, &mut received).await?;
        let shared = Arc::new(Shared {
            ended: OnceLock::new(),
            last_zxid: AtomicI64::new(options.last_zxid_seen.0),
            round_trip_us: AtomicU64::new(Shared::UNMEASURED),
        });
        let (commands, queue) = mpsc::channel(options.max_outstanding.max(1));
        let (events_in, events_out) = mpsc::channel(options.max_events.max(1));
        let driver = Driver::new(
            stream,
            received,
            session.timeout_ms,
            options,
            queue,
            events_in,
            Arc::clone(&shared),
        );
        tokio::spawn(driver.run());
        let connection = Self {
            addr: addr.into(),
            peer,
            session,
            options,
            commands,
            shared,
        };
        Ok((connection, Events(events_out)))
    }

    /// The address asked for.
    #[must_use]
    pub fn addr(&self) -> &str {
        &self.addr
    }

    /// The socket address it led to; `None` where a command leads there.
    #[must_use]
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// The session as it was granted.
    #[must_use]
    pub fn session(&self) -> Session {
        self.session
    }

    /// The latest transaction that any reply or event has named.
    #[must_use]
    pub fn last_zxid(&self) -> Zxid {
        Zxid(self.shared.last_zxid.load(Ordering::Relaxed))
    }

    /// The round trip of the last ping that was answered, the connection's own ones (every
    /// third of the session timeout) included.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        match self.shared.round_trip_us.load(Ordering::Relaxed) {
            Shared::UNMEASURED => None,
            us => Some(Duration::from_micros(us)),
        }
    }

    /// Why the connection ended, if it has.
    #[must_use]
    pub fn end_reason(&self) -> Option<EndReason> {
        self.shared.ended.get().cloned()
    }

    /// Waits until the connection has ended.
    pub async fn ended(&self) -> EndReason {
        self.commands.closed().await;
        self.why_ended()
    }

    /// Leaves the session to the server and closes the socket, once other clones are gone.
    pub fn detach(self) {
        drop(self);
    }

    /// Sends a request and waits for its reply: the way of all typed calls.
    pub(crate) async fn exchange(&self, request: &Request) -> Result<Answer, ClientError> {
        let op = request.opcode();
        let mut body = BytesMut::new();
        request.encode(&mut body);
        if body.len() > self.options.max_request {
            return Err(ClientError::RequestTooLarge {
                op,
                size: body.len(),
                max: self.options.max_request,
            });
        }
        let (reply, answer) = oneshot::channel();
        let command = Command {
            op,
            body: body.freeze(),
            reply,
        };
        let exchange = async {
            let sent = self.commands.send(command).await;
            sent.map_err(|_| ClientError::Ended(self.why_ended()))?;
            let answer = answer.await;
            answer.map_err(|_| ClientError::Ended(self.why_ended()))
        };
        within(op.name(), self.options.call_deadline, exchange).await
    }

    fn why_ended(&self) -> EndReason {
        // The task says why before it drops the channels, unless its runtime is shut down.
        self.end_reason().unwrap_or(EndReason::ByClient)
    }
}

/// `work`, or [`ClientError::Deadline`].
pub(crate) async fn within<T>(
    what: &'static str,
    deadline: Duration,
    work: impl Future<Output = Result<T, ClientError>>,
) -> Result<T, ClientError> {
    match time::timeout(deadline, work).await {
        Ok(result) => result,
        Err(_) => Err(ClientError::Deadline { what, deadline }),
    }
}
