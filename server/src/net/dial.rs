//! Connections to other members: names resolved anew each time, since a member may have moved
//! to another address; of several addresses the first that answers.

use std::{io, net::SocketAddr, time::Duration};

use futures_util::future::select_ok;
use rustix::net::sockopt;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use zoowarden_shared::config::HostPort;

/// A connection without traffic is probed after this time, so that a host that vanished is
/// noticed where nothing is said for long.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);

/// Between two probes.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);

/// Probes without an answer after which a connection is broken.
const KEEPALIVE_PROBES: u32 = 3;

/// Connects to one of a member's addresses.
///
/// # Errors
/// That of the last address tried, or that the time is over.
pub(super) async fn connect(addresses: &[HostPort], patience: Duration) -> io::Result<TcpStream> {
    let connecting = async {
        let mut resolved = Vec::new();
        let mut unresolved = None;
        for address in addresses {
            match lookup_host((address.host.as_str(), address.port)).await {
                Ok(found) => resolved.extend(found),
                Err(fault) => unresolved = Some(fault),
            }
        }
        if resolved.is_empty() {
            let nowhere = || io::Error::new(io::ErrorKind::NotFound, "it has no address");
            return Err(unresolved.unwrap_or_else(nowhere));
        }
        let attempts = resolved.into_iter().map(TcpStream::connect).map(Box::pin);
        Ok(select_ok(attempts).await?.0)
    };
    let stream = timeout(patience, connecting)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    if stream.local_addr()? == stream.peer_addr()? {
        // TCP connects a port of this host to itself where nobody listens on it.
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    prepare(&stream)?;
    Ok(stream)
}

/// Sets the options that every connection between members has.
pub(super) fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, KEEPALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(stream, KEEPALIVE_INTERVAL)?;
    sockopt::set_tcp_keepcnt(stream, KEEPALIVE_PROBES)?;
    Ok(())
}

/// Addresses as a log line shows them.
pub(super) fn list(addresses: &[HostPort]) -> String {
    let texts: Vec<_> = addresses.iter().map(HostPort::to_string).collect();
    texts.join("|")
}

/// The other side's address, for log lines.
pub(super) fn remote(stream: &TcpStream) -> io::Result<SocketAddr> {
    stream.peer_addr().map(super::canonical)
}
