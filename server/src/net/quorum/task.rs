//! What one link does from its first byte to its last.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    net::{TcpStream, tcp::OwnedReadHalf},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use zoowarden_zab::LinkId;

use super::{
    decoder::{Decoder, Received, StreamFault},
    link::{Link, LinkEnd},
    message::LinkMessage,
    traffic::OpenLinks,
};
use crate::{
    driver::{Inbox, Stopped},
    net::{dial, read::read},
};

/// How long a link that is hung up may take to write what was sent before.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Parts of a snapshot, each up to one read of the socket, that may be on their way to the
/// disk.
const CHUNKS_UNDER_WAY: usize = 64;

/// Why a link is over.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkFault {
    #[error("the other side closed it")]
    Closed,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Stream(#[from] StreamFault),
    #[error("the other side does not read: {0} bytes wait for it")]
    Hopeless(usize),
    #[error("hung up")]
    HungUp,
    #[error("the member stops")]
    Stopped(#[from] Stopped),
}

impl LinkFault {
    fn log(&self, link: &Link) {
        let remote = link.remote();
        match self {
            Self::Stream(_) | Self::Hopeless(_) => {
                tracing::warn!(%remote, fault = %self, "closed a quorum link");
            }
            Self::Io(_) => {
                tracing::info!(%remote, fault = %self, "lost a quorum link");
            }
            Self::Closed | Self::HungUp | Self::Stopped(_) => {
                tracing::debug!(%remote, reason = %self, "a quorum link ended");
            }
        }
    }
}

/// A connected socket, about to be a link.
pub(super) struct NewLink {
    pub(super) id: LinkId,
    pub(super) stream: TcpStream,
    /// We dialled: snapshots may come.
    pub(super) is_dialled: bool,
    pub(super) max_buffer: usize,
}

/// Serves one link to its end.
///
/// # Errors
/// The socket's, when it was broken before it became a link.
pub(super) async fn run(
    inbox: &Inbox,
    new: NewLink,
    open: &OpenLinks,
    closing: &CancellationToken,
) -> io::Result<()> {
    let remote = dial::remote(&new.stream)?;
    let (reader, writer) = new.stream.into_split();
    let link = Arc::new(Link::new(new.id, remote, writer));
    let opened = if new.is_dialled {
        LinkMessage::Connected
    } else {
        LinkMessage::Accepted
    };
    if inbox.send_link(opened(Arc::clone(&link))).await.is_err() {
        return Ok(());
    }
    open.add(&link);
    let task = Task {
        inbox,
        link: &link,
        reader,
        decoder: Decoder::new(new.max_buffer, new.is_dialled),
        chunks: Arc::new(Semaphore::new(CHUNKS_UNDER_WAY)),
    };
    let given_up = async {
        closing.cancelled().await;
        tokio::time::sleep(LAST_WORDS).await;
    };
    let fault = tokio::select! {
        fault = task.serve() => fault,
        () = given_up => LinkFault::Stopped(Stopped),
    };
    open.remove(new.id);
    link.abandon();
    fault.log(&link);
    // The driver is told last, so that nothing is sent to a link that it forgot.
    let _ = inbox.send_link(LinkMessage::Closed(new.id)).await;
    Ok(())
}

struct Task<'a> {
    inbox: &'a Inbox,
    link: &'a Link,
    reader: OwnedReadHalf,
    decoder: Decoder,
    chunks: Arc<Semaphore>,
}

impl Task<'_> {
    async fn serve(mut self) -> LinkFault {
        match self.exchange().await {
            Err(fault) => fault,
            Ok(()) => match timeout(LAST_WORDS, self.link.flushed()).await {
                Ok(Err(fault)) => fault.into(),
                Ok(Ok(())) | Err(_) => LinkFault::HungUp,
            },
        }
    }

    /// Passes bytes between socket and driver, until the core hangs up.
    async fn exchange(&mut self) -> Result<(), LinkFault> {
        loop {
            let state = self.link.state();
            for _ in 0..state.drained {
                self.tell(LinkMessage::Drained(self.link.id())).await?;
            }
            match state.end {
                None => {}
                Some(LinkEnd::HungUp) => return Ok(()),
                Some(LinkEnd::Hopeless(bytes)) => return Err(LinkFault::Hopeless(bytes)),
                Some(LinkEnd::Broken(kind)) => return Err(io::Error::from(kind).into()),
            }
            let is_reading = !self.link.is_reading_paused();
            let decoder = &mut self.decoder;
            let bytes = tokio::select! {
                () = self.link.changed() => continue,
                progress = self.link.progress(), if state.waiting_bytes > 0 => {
                    progress?;
                    continue;
                }
                bytes = read(&mut self.reader, |chunk| {
                    decoder.push(chunk);
                    chunk.len()
                }), if is_reading => bytes?,
            };
            if bytes == 0 {
                return Err(LinkFault::Closed);
            }
            while let Some(received) = self.decoder.next()? {
                if let Received::Packets(packets) = &received {
                    self.link.traffic().received(packets);
                }
                if !self.deliver(received, bytes).await? {
                    break;
                }
            }
        }
    }

    /// Hands something to the driver, once there is room; false where the link ended meanwhile.
    async fn deliver(&self, received: Received, bytes: usize) -> Result<bool, LinkFault> {
        let delivered = async {
            let received = match received {
                Received::SnapshotChunk(bytes) => {
                    let permit = Arc::clone(&self.chunks).acquire_owned().await;
                    let permit = permit.map_err(|_| Stopped)?;
                    Received::SnapshotChunk(counted(bytes, permit))
                }
                other => other,
            };
            self.tell(LinkMessage::Received(self.link.id(), received, bytes))
                .await
        };
        tokio::select! {
            delivered = delivered => delivered.map(|()| true),
            () = self.link.ended() => Ok(false),
        }
    }

    async fn tell(&self, message: LinkMessage) -> Result<(), LinkFault> {
        Ok(self.inbox.send_link(message).await?)
    }
}

/// The same bytes, which hold the permit as long as anybody holds them: a snapshot is read no
/// faster than the disk takes it, and nobody has to say so.
fn counted(bytes: Bytes, permit: OwnedSemaphorePermit) -> Bytes {
    struct Counted {
        bytes: Bytes,
        _permit: OwnedSemaphorePermit,
    }
    impl AsRef<[u8]> for Counted {
        fn as_ref(&self) -> &[u8] {
            &self.bytes
        }
    }
    Bytes::from_owner(Counted {
        bytes,
        _permit: permit,
    })
}
