//! Messages over one connection, in both directions, until it ends.

use std::{io, sync::Arc};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};
use zoowarden_shared::{
    election::{Notification, next_message},
    jute::Jute,
    proto::FrameError,
};
use zoowarden_zab::Input;

use super::{ElectionPort, table::Connection};
use crate::driver::Stopped;

/// Why a connection is over.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the other side closed it")]
    Closed,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Frame(#[from] FrameError),
    #[error("another connection took its place")]
    Replaced,
    #[error("the member stops")]
    Stopped(#[from] Stopped),
}

/// Runs one connection. `received` is what came behind the other side's handshake.
pub(super) async fn run(
    port: Arc<ElectionPort>,
    connection: Connection,
    stream: TcpStream,
    received: BytesMut,
) {
    let (reader, writer) = stream.into_split();
    let fault = tokio::select! {
        fault = hear(&port, &connection, reader, received) => fault,
        fault = say(&port, &connection, writer) => fault,
        () = connection.stop.cancelled() => {
            if port.closing.is_cancelled() {
                Fault::Stopped(Stopped)
            } else {
                Fault::Replaced
            }
        }
    };
    let sid = connection.sid;
    match &fault {
        Fault::Frame(_) => tracing::warn!(%sid, %fault, "closed an election connection"),
        Fault::Io(_) => tracing::info!(%sid, %fault, "lost an election connection"),
        Fault::Closed => tracing::info!(%sid, "the other side closed an election connection"),
        Fault::Replaced | Fault::Stopped(_) => {
            tracing::debug!(%sid, reason = %fault, "an election connection ended");
        }
    }
    port.ended(&connection);
}

async fn hear(
    port: &ElectionPort,
    connection: &Connection,
    mut reader: OwnedReadHalf,
    mut buffer: BytesMut,
) -> Fault {
    loop {
        loop {
            let message = match next_message(&mut buffer) {
                Ok(Some(message)) => message,
                Ok(None) => break,
                Err(fault) => return fault.into(),
            };
            let vote = match Notification::from_bytes(message) {
                Ok(notification) => Input::Vote {
                    from: connection.sid,
                    notification,
                },
                // Its sender's next one counts (ZOOKEEPER-3769).
                Err(fault) => {
                    tracing::warn!(sid = %connection.sid, %fault, "ignored a malformed vote");
                    continue;
                }
            };
            if let Err(stopped) = port.inbox.send_vote(vote) {
                return stopped.into();
            }
        }
        match reader.read_buf(&mut buffer).await {
            Ok(0) => return Fault::Closed,
            Ok(_) => {}
            Err(fault) => return fault.into(),
        }
    }
}

async fn say(port: &ElectionPort, connection: &Connection, mut writer: OwnedWriteHalf) -> Fault {
    loop {
        let message = port.table().take(connection);
        match message {
            Some(message) => {
                if let Err(fault) = writer.write_all(&message).await {
                    return fault.into();
                }
            }
            None => connection.wake.notified().await,
        }
    }
}
