//! Whether a port that does not answer plain words speaks TLS: Apache's secure port waits for
//! more of them in silence, and "no answer" alone sends an operator looking for a hung member.

use std::{sync::Arc, time::Duration};

use rustls::{
    ClientConnection, RootCertStore,
    client::ClientConfig,
    crypto::ring,
    pki_types::{IpAddr, Ipv4Addr, ServerName},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};

use super::Connector;

/// The record types that answer a `ClientHello`: alert and handshake, RFC 8446, 5.1.
const ANSWERS: [u8; 2] = [21, 22];
/// The high byte of every version of TLS.
const MAJOR: u8 = 3;

/// Sends the first message of a TLS handshake to `addr`, by the same way but without TLS, and
/// tells whether the answer is TLS too. Goes no further: nothing is verified or agreed on.
pub async fn speaks_tls(connector: &Connector, addr: &str, deadline: Duration) -> bool {
    timeout(deadline, answers_in_tls(&connector.without_tls(), addr))
        .await
        .ok()
        .flatten()
        .unwrap_or(false)
}

async fn answers_in_tls(connector: &Connector, addr: &str) -> Option<bool> {
    let hello = client_hello()?;
    let mut stream = connector.open(addr).await.ok()?;
    stream.write_all(&hello).await.ok()?;
    stream.flush().await.ok()?;
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.ok()?;
    Some(ANSWERS.contains(&head[0]) && head[1] == MAJOR)
}

fn client_hello() -> Option<Vec<u8>> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    // An address, for which no name is sent.
    let nobody = ServerName::IpAddress(IpAddr::V4(Ipv4Addr::from([127, 0, 0, 1])));
    let mut session = ClientConnection::new(Arc::new(config), nobody).ok()?;
    let mut hello = Vec::new();
    session.write_tls(&mut hello).ok()?;
    Some(hello)
}
