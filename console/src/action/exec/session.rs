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
    let address = leader_address(facts)?;
    let connection = connect(way, address, None, deadline).await?;
    let started = Instant::now();
    let answer = connection.delete(NOBODYS_PATH, None).await;
    let took = started.elapsed();
    // It expires by itself too.
    let _ = connection.close().await;
    match answer {
        // Refused for want of rights, it was committed as a failed transaction too.
        Err(ref fault) if matches!(fault.code(), Some(ErrorCode::NoNode | ErrorCode::NoAuth)) => {
            let ms = took.as_secs_f64() * 1000.0;
            lines
                .tell(&format!("a write was acknowledged in {ms:.1} ms"))
                .await;
            Ok(())
        }
        Ok(_) => Err(Fault::Failed(format!("{NOBODYS_PATH} was there"))),
        Err(fault) => Err(Fault::Failed(format!("no write is acknowledged: {fault}"))),
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
