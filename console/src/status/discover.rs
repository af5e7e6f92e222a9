//! From the addresses given to all members: what the ensemble's configuration says, and what
//! host names mean.

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    time::Duration,
};

use tokio::{net::lookup_host, task::JoinSet, time::timeout};
use zoowarden_client::{ConnectOptions, Connection, Connector};
use zoowarden_shared::{Sid, config::DynamicConfig};

use crate::model::roster::{Known, split};

const CONFIG_PATH: &str = "/zookeeper/config";

/// Reads `/zookeeper/config` by way of a member that serves, and learns that member's id on
/// the way: a new session's id begins with it (`SessionTrackerImpl.initializeNextSessionId`).
///
/// `None` where the znode cannot be read; empty where the member is no ensemble's.
pub(super) async fn read_config(
    connector: &Connector,
    addr: &str,
    deadline: Duration,
) -> Option<(DynamicConfig, Sid)> {
    let options = ConnectOptions {
        connect_deadline: deadline,
        call_deadline: deadline,
        read_only: true,
        ..ConnectOptions::default()
    };
    let (connection, _events) = Connection::connect_by(connector, addr, options)
        .await
        .ok()?;
    let session = connection.session();
    let read = connection.get_data(CONFIG_PATH, false).await;
    // It expires by itself too.
    let _ = connection.close().await;
    let data = read.ok()?.value.data.unwrap_or_default();
    let config = DynamicConfig::parse_lenient(&String::from_utf8_lossy(&data));
    Some((config, Sid(session.credentials.id.0 >> 56)))
}

/// Resolves all host names in what is known, those of the configuration too.
pub(crate) async fn resolve(known: &Known, deadline: Duration) -> HashMap<String, Vec<IpAddr>> {
    let mut hosts: BTreeSet<String> = known
        .seeds
        .iter()
        .map(|seed| split(seed).0.to_owned())
        .collect();
    for server in known.config.servers.values() {
        hosts.extend(server.addresses.iter().map(|address| address.host.clone()));
        hosts.extend(
            server
                .client_address
                .iter()
                .map(|client| client.host.clone()),
        );
    }
    let mut asking = JoinSet::new();
    for host in hosts {
        asking.spawn(async move {
            let found = timeout(deadline, lookup_host((host.as_str(), 0))).await;
            let found = found.ok()?.ok()?.map(|socket| socket.ip()).collect();
            Some((host, found))
        });
    }
    asking.join_all().await.into_iter().flatten().collect()
}
