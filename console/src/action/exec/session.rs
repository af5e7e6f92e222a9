//! What is done through sessions: the probe write, and closing somebody's session by taking it
//! up, which its id alone allows.

use std::time::{Duration, Instant};

use zoowarden_client::{ClientError, ConnectOptions, Connection, Credentials};
use zoowarden_shared::{ErrorCode, SessionId};

use super::{Fault, Lines};
use crate::{
    action::{facts::Facts, poll::Way},
    permit::Permit,
};

/// What a probe write has shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// A quorum has acknowledged it.
    Acknowledged { ms: f64 },
    /// Somebody leads, and nobody has.
    NotInTime(String),
    /// None was sent: why.
    NotTried(String),
}

/// Nobody has a znode of this name; a `delete` of it is a transaction all the same.
const NOBODYS_PATH: &str = "/zoowarden-probe-write-to-a-path-that-is-not-there";

/// Where the leader serves clients.
pub(super) fn leader_address(facts: &Facts) -> Result<&str, Fault> {
    let leader = facts.leader().map(|leader| leader.address.as_str());
    leader.ok_or_else(|| Fault::Failed("nobody leads".to_owned()))
}

/// A `delete` of a missing path: a quorum commits it, and nothing changes.
pub(super) async fn probe_write(
    _permit: Permit,
    way: &Way,
    facts: &Facts,
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let ms = acknowledged(way, leader_address(facts)?, deadline).await;
    let ms = ms.map_err(|fault| Fault::Failed(format!("no write is acknowledged: {fault}")))?;
    let line = format!("a write was acknowledged in {ms:.1} ms");
    lines.tell(&line).await;
    Ok(())
}

/// How long one takes, milliseconds, through the member at this address.
///
/// # Errors
/// [`ClientError::Deadline`] where none is acknowledged in time, the session's own, which is a
/// transaction too, included; another one where the way there is closed.
async fn acknowledged(way: &Way, address: &str, deadline: Duration) -> Result<f64, ClientError> {
    let options = ConnectOptions {
        connect_deadline: deadline,
        call_deadline: deadline,
        ..ConnectOptions::default()
    };
    let (connection, _events) = Connection::connect_by(&way.reach.client, address, options).await?;
    let started = Instant::now();
    let answer = connection.delete(NOBODYS_PATH, None).await;
    let took = started.elapsed();
    // It expires by itself too.
    let _ = connection.close().await;
    match answer {
        Ok(_) => {}
        // Refused for want of rights, it was committed as a failed transaction too.
        Err(ref fault) if matches!(fault.code(), Some(ErrorCode::NoNode | ErrorCode::NoAuth)) => {}
        Err(fault) => return Err(fault),
    }
    Ok(took.as_secs_f64() * 1000.0)
}

/// Whether a write is acknowledged now, where somebody leads.
pub(in crate::action) async fn prove(
    _permit: Permit,
    way: &Way,
    facts: &Facts,
    deadline: Duration,
) -> Proof {
    let Ok(address) = leader_address(facts) else {
        return Proof::NotTried("nobody leads".to_owned());
    };
    match acknowledged(way, address, deadline).await {
        Ok(ms) => Proof::Acknowledged { ms },
        Err(fault @ ClientError::Deadline { .. }) => Proof::NotInTime(fault.to_string()),
        Err(fault) => Proof::NotTried(fault.to_string()),
    }
}

/// Takes a session up, wherever it is, and closes it.
pub(super) async fn close(
    _permit: Permit,
    way: &Way,
    facts: &Facts,
    session: SessionId,
    deadline: Duration,
) -> Result<(), Fault> {
    let address = leader_address(facts)?;
    let connection = connect(way, address, Some(Credentials::derived(session)), deadline).await?;
    match connection.close().await {
        Ok(_) => Ok(()),
        Err(fault) => Err(Fault::Unknown(fault.to_string())),
    }
}

async fn connect(
    way: &Way,
    address: &str,
    session: Option<Credentials>,
    deadline: Duration,
) -> Result<Connection, Fault> {
    let options = ConnectOptions {
        session,
        connect_deadline: deadline,
        call_deadline: deadline,
        ..ConnectOptions::default()
    };
    match Connection::connect_by(&way.reach.client, address, options).await {
        Ok((connection, _events)) => Ok(connection),
        Err(ClientError::SessionRefused { session, .. }) => Err(Fault::Failed(format!(
            "{session} has expired, or its password does not follow from its id"
        ))),
        Err(fault) => Err(Fault::Failed(fault.to_string())),
    }
}
