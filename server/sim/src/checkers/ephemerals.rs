//! An ephemeral znode lives exactly as long as its session: it is made while the session is
//! open, goes with the transaction that closes it, and no session is closed behind the back of
//! a client that was told otherwise.

use super::oracle::Oracle;
use crate::history::History;

pub(super) fn check(oracle: &Oracle, history: &History) -> Result<(), String> {
    if let Some(fault) = oracle.ephemeral_faults.first() {
        return Err(format!("ephemerals: {fault}"));
    }
    for (session, record) in &history.sessions {
        let Some(lifetime) = oracle.sessions.get(session) else {
            if record.may_be_local {
                continue;
            }
            return Err(format!(
                "ephemerals: session {session} was given to a client, and the log does not have it"
            ));
        };
        if record.refused_us.is_some() && lifetime.closed.is_none() {
            return Err(format!(
                "ephemerals: a client was told that session {session} has ended; it was opened \
                 by {} and is open",
                lifetime.opened
            ));
        }
        if record.abandoned_us.is_some() && lifetime.closed.is_none() {
            return Err(format!(
                "ephemerals: session {session} is open, its client is long gone"
            ));
        }
    }
    Ok(())
}
