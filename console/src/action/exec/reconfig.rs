//! A reconfig through a session on the leader, by compare-and-set on the version.

use std::time::Duration;

use zoowarden_client::{ClientError, ConnectOptions, Connection};
use zoowarden_shared::{ErrorCode, config::DynamicConfig, proto::ReconfigRequest};

use super::{Fault, session::leader_address};
use crate::{
    action::{facts::Facts, poll::Way},
    permit::Permit,
};

/// What is to change.
pub(super) struct Change {
    pub(super) joining: Option<String>,
    pub(super) leaving: Option<String>,
    pub(super) version: i64,
}

/// Makes the change; the version of the configuration that it made.
pub(super) async fn perform(
    _permit: Permit,
    way: &Way,
    facts: &Facts,
    change: Change,
    deadline: Duration,
) -> Result<i64, Fault> {
    let options = ConnectOptions {
        connect_deadline: deadline,
        call_deadline: deadline,
        ..ConnectOptions::default()
    };
    let address = leader_address(facts)?;
    let connecting = Connection::connect_by(&way.reach.client, address, options);
    let (connection, _events) = connecting
        .await
        .map_err(|fault| Fault::Failed(fault.to_string()))?;
    let request = ReconfigRequest {
        joining: change.joining,
        leaving: change.leaving,
        new_members: None,
        current_config_id: change.version,
    };
    let answer = connection.reconfig(request).await;
    // It expires by itself too.
    let _ = connection.close().await;
    match answer {
        Ok(reply) => {
            let text = reply.value.data.unwrap_or_default();
            let config = DynamicConfig::parse_lenient(&String::from_utf8_lossy(&text));
            Ok(config.version)
        }
        Err(fault) => Err(explained(&fault)),
    }
}

/// What the server's refusal means to an operator.
fn explained(fault: &ClientError) -> Fault {
    let why = match fault.code() {
        Some(ErrorCode::ReconfigDisabled) => {
            "reconfig is switched off here: reconfigEnabled=true in every zoo.cfg opens it, and \
             zoowarden.reconfigMixed=true where a leader of ours has followers of Apache's"
        }
        Some(ErrorCode::NoAuth) => {
            "no right to change /zookeeper/config: [cluster.auth] digest must name the super \
             user, or one with WRITE on it"
        }
        Some(ErrorCode::BadVersion) => "another configuration is in force by now: look again",
        Some(ErrorCode::ReconfigInProgress) => "another reconfig is under way",
        Some(ErrorCode::NewConfigNoQuorum) => {
            "the leader sees no quorum of the new configuration connected and in sync"
        }
        Some(_) => return Fault::Failed(fault.to_string()),
        // Without an answer it may have been done.
        None => return Fault::Unknown(fault.to_string()),
    };
    Fault::Failed(why.to_owned())
}
