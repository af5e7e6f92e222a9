//! The client port: takes connections until told to stop.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use zoowarden_peer::ConnId;

use super::{Shared, listening::Listening, task};

/// Connections that the kernel keeps for us; `clientPortListenBacklog` may say another number.
const DEFAULT_BACKLOG: u32 = 1024;

/// How long connections may take to end when the member stops.
const GOODBYE: Duration = Duration::from_secs(2);

/// Opens a listening socket. Without an address it takes IPv4 and IPv6 clients, as Java's
/// wildcard does; where the host has no IPv6, IPv4 clients.
///
/// # Errors
/// The socket's.
pub(crate) fn bind(
    address: Option<IpAddr>,
    port: u16,
    backlog: Option<u32>,
) -> io::Result<TcpListener> {
    let backlog = backlog.unwrap_or(DEFAULT_BACKLOG);
    match address {
        Some(address) => listen(SocketAddr::new(address, port), backlog),
        None => {
            listen(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port), backlog).or_else(|fault| {
                match fault.kind() {
                    io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied => Err(fault),
                    _ => listen(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port), backlog),
                }
            })
        }
    }
}

fn listen(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => {
            let socket = TcpSocket::new_v6()?;
            // The wildcard takes IPv4 clients too, whatever the host's default is.
            sockopt::set_ipv6_v6only(&socket, false)?;
            socket
        }
    };
    // A member that was just killed may be started again at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(backlog)
}

/// Serves the clients of the client port until `shutdown`, then lets the connections end.
pub(crate) async fn serve(
    mut listening: Listening,
    shared: Arc<Shared>,
    shutdown: CancellationToken,
) {
    let connections = TaskTracker::new();
    while let Some(stream) = listening.accept(&shutdown).await {
        let id = ConnId(shared.next_id.fetch_add(1, Ordering::Relaxed));
        connections.spawn(task::run(Arc::clone(&shared), id, stream));
    }
    drop(listening);
    connections.close();
    let _ = tokio::time::timeout(GOODBYE, connections.wait()).await;
}
