//! What host names resolve to, so that two names of one member are not taken for two.

use std::{collections::HashMap, time::Duration};

use tokio::{net::lookup_host, time::timeout};

use super::Context;
use crate::event::Event;

const DEADLINE: Duration = Duration::from_secs(2);

/// Resolves each host and tells all at once; those that do not resolve are left out.
pub(super) async fn run(context: Context, hosts: Vec<String>) {
    let mut resolved = HashMap::new();
    for host in hosts {
        let found = timeout(DEADLINE, lookup_host((host.as_str(), 0))).await;
        let found = found.map(|found| found.map(|all| all.map(|one| one.ip()).collect()));
        if let Ok(Ok(addresses)) = found {
            resolved.insert(host, addresses);
        }
    }
    context.tell(Event::Resolved(resolved)).await;
}
