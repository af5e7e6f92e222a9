//! Whether an ensemble may be loaded without being asked twice: only one that this program
//! started for a demo, and that the demo still runs.
//!
//! The demo marks its server by an ephemeral znode, which goes with the demo even when the
//! data is kept. The mark counts on this machine only, so that no restored backup and no
//! mistyped address passes for a demo.

use anyhow::Result;
use zoowarden_client::Connection;
use zoowarden_shared::ErrorCode;

/// The demo's ephemeral mark on the server that it started.
pub const DEMO_MARKER: &str = "/zoowarden-demo";

/// Whether the server behind this connection is a running demo of this machine.
///
/// # Errors
/// Where the server does not answer.
pub(super) async fn is_own_demo(control: &Connection) -> Result<bool> {
    let peer = control.peer_addr();
    if peer.is_none_or(|peer| !peer.ip().is_loopback()) {
        return Ok(false);
    }
    match control.exists(DEMO_MARKER, false).await {
        Ok(reply) => Ok(reply.value.is_some_and(|stat| stat.ephemeral_owner != 0)),
        Err(e) if e.code() == Some(ErrorCode::NoAuth) => Ok(false),
        Err(e) => Err(e.into()),
    }
}
