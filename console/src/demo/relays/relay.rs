//! One relay: who calls is read from what every connection between members begins with, the
//! handshake at an election port, FOLLOWERINFO or OBSERVERINFO at a quorum port.

use std::{collections::BTreeSet, io, net::Ipv4Addr, time::Duration};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinSet,
    time::sleep,
};
use zoowarden_server::supervise::Report;
use zoowarden_shared::{
    Sid,
    election::Handshake,
    quorum::{LearnerInfo, QuorumPacket},
};

/// A first message is no longer, bytes.
const MAX_HELLO: usize = 4096;
/// Passed on at a time, bytes. No more than this waits here while a way is cut: the sender's
/// window fills, as it does then.
const CHUNK: usize = 64 << 10;

const TRY_AGAIN: Duration = Duration::from_millis(100);

type Cut = watch::Receiver<BTreeSet<u16>>;

/// Which of a member's ports it stands before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Quorum,
    Election,
}

/// What stands before one port of a member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relay {
    /// The member's.
    pub(super) id: u16,
    pub(super) kind: Kind,
    /// Where the others call.
    pub(super) port: u16,
    /// Where the member listens.
    pub(super) behind: u16,
}

/// The members at both ends of a connection.
#[derive(Clone, Copy)]
struct Ends(u16, u16);

impl Relay {
    pub(super) async fn listen(self) -> io::Result<TcpListener> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await
    }

    /// Listens while the member's process runs: of a dead one the port refuses, as it does
    /// where nothing stands before it.
    pub(super) async fn serve(
        self,
        listener: TcpListener,
        mut reports: watch::Receiver<Report>,
        cut: Cut,
    ) {
        let mut listener = Some(listener);
        let mut connections = JoinSet::new();
        loop {
            let calls = match listener.take() {
                Some(calls) => calls,
                None => self.listen_again().await,
            };
            loop {
                tokio::select! {
                    Ok((caller, _)) = calls.accept() => {
                        connections.spawn(self.relay(caller, cut.clone()));
                    }
                    Some(_) = connections.join_next() => {}
                    gone = reports.wait_for(|report| report.pid.is_none()) => match gone {
                        Ok(_) => break,
                        Err(_) => return,
                    },
                }
            }
            drop(calls);
            if reports
                .wait_for(|report| report.pid.is_some())
                .await
                .is_err()
            {
                return;
            }
        }
    }

    /// Somebody else may have the port for a moment.
    async fn listen_again(self) -> TcpListener {
        loop {
            match self.listen().await {
                Ok(listener) => return listener,
                Err(_) => sleep(TRY_AGAIN).await,
            }
        }
    }

    /// Whichever side is gone, the other finds its connection closed.
    async fn relay(self, mut caller: TcpStream, mut cut: Cut) -> io::Result<()> {
        let mut hello = BytesMut::new();
        let ends = loop {
            if let Some(sid) = self.caller(&hello) {
                break Ends(u16::try_from(sid.0).unwrap_or_default(), self.id);
            }
            if hello.len() > MAX_HELLO || caller.read_buf(&mut hello).await? == 0 {
                return Ok(());
            }
        };
        // Who has given up by then never called.
        while ends.are_cut(&cut) {
            tokio::select! {
                changed = cut.changed() => if changed.is_err() { return Ok(()) },
                read = caller.read_buf(&mut hello), if hello.len() <= MAX_HELLO => {
                    if read? == 0 {
                        return Ok(());
                    }
                }
            }
        }
        let mut member = TcpStream::connect((Ipv4Addr::LOCALHOST, self.behind)).await?;
        for stream in [&caller, &member] {
            stream.set_nodelay(true)?;
        }
        member.write_all(&hello).await?;
        let (from_caller, to_caller) = caller.into_split();
        let (from_member, to_member) = member.into_split();
        tokio::select! {
            there = pass(from_caller, to_member, ends, cut.clone()) => there,
            back = pass(from_member, to_caller, ends, cut.clone()) => back,
        }
    }

    /// Who begins a connection like this; `None` where more is needed to know.
    fn caller(self, hello: &BytesMut) -> Option<Sid> {
        let mut hello = hello.clone();
        match self.kind {
            Kind::Election => Some(Handshake::decode_from(&mut hello).ok()??.sid),
            Kind::Quorum => {
                let packet = QuorumPacket::decode_from(&mut hello, MAX_HELLO).ok()??;
                Some(packet.payload::<LearnerInfo>().ok()?.sid)
            }
        }
    }
}

impl Ends {
    fn are_cut(self, cut: &Cut) -> bool {
        let cut = cut.borrow();
        cut.contains(&self.0) || cut.contains(&self.1)
    }
}

/// One direction, in order; an end that comes over a cut arrives no sooner than the bytes.
async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    ends: Ends,
    mut cut: Cut,
) -> io::Result<()> {
    let mut chunk = BytesMut::with_capacity(CHUNK);
    loop {
        let count = from.read_buf(&mut chunk).await?;
        while ends.are_cut(&cut) {
            if cut.changed().await.is_err() {
                return Ok(());
            }
        }
        if count == 0 {
            return Ok(());
        }
        to.write_all_buf(&mut chunk).await?;
        chunk.reserve(CHUNK);
    }
}
