//! An ensemble of ours with clients at work on it, and the check that ends every test.

use std::{
    net::SocketAddr,
    ops::{Deref, DerefMut},
    time::Duration,
};

use zoowarden_testkit::{Kind, Member, Options};

use super::{
    network::{Between, Network},
    proxies::Proxies,
};
use crate::record::{self, Clients, ROOT};

/// Members 1 to n of ours; the methods that are not here are those of
/// [`zoowarden_testkit::Ensemble`].
pub(crate) struct Ensemble {
    ensemble: zoowarden_testkit::Ensemble,
    /// Outlives the members' processes.
    network: Option<Box<dyn Network>>,
}

impl Ensemble {
    /// So many members on loopback, none of them started.
    pub(crate) fn new(members: usize) -> Self {
        Self {
            ensemble: zoowarden_testkit::Ensemble::new(&vec![Kind::Ours; members], &options()),
            network: None,
        }
    }

    /// So many members on loopback, started and settled.
    pub(crate) fn started(members: usize) -> Self {
        Self::new(members).start_all()
    }

    /// So many members that can be cut off from each other, started and settled.
    pub(crate) fn apart(between: Between, members: usize) -> Self {
        Self::far_apart(between, members, Duration::ZERO)
    }

    /// The same, and what they say to each other takes so long, each way.
    pub(crate) fn far_apart(between: Between, members: usize, each_way: Duration) -> Self {
        let (places, network): (_, Box<dyn Network>) = match between {
            #[cfg(target_os = "linux")]
            Between::Namespaces => {
                let mut namespaces = super::namespaces::Namespaces::new(members);
                if !each_way.is_zero() {
                    namespaces.delay(each_way);
                }
                (namespaces.places(), Box::new(namespaces))
            }
            Between::Proxies => {
                let proxies = Proxies::new(members, each_way);
                (proxies.places(), Box::new(proxies))
            }
        };
        let kinds = vec![Kind::Ours; members];
        let apart = Self {
            ensemble: zoowarden_testkit::Ensemble::at(places, &kinds, &options()),
            network: Some(network),
        };
        apart.start_all()
    }

    /// Starts all of them and waits until they have settled.
    pub(crate) fn start_all(self) -> Self {
        Self {
            ensemble: self.ensemble.start_all(),
            network: self.network,
        }
    }

    /// A list, which is what clients and networks are asked with.
    pub(crate) fn sids(&self) -> Vec<usize> {
        self.ensemble.sids().collect()
    }

    /// Waits until one of these leads; here, so that its own `others` may say which.
    pub(crate) fn wait_leader_among(&mut self, sids: &[usize]) -> usize {
        self.ensemble.wait_leader_among(sids)
    }

    pub(crate) fn network(&self) -> &dyn Network {
        self.network.as_deref().expect("it was started apart")
    }

    /// Makes the keys' parent and starts clients on all members.
    pub(crate) fn clients(&mut self) -> Clients {
        let leader = self.wait_settled();
        self.client(leader).make(ROOT);
        let addresses: Vec<SocketAddr> = self.members().iter().map(Member::address).collect();
        Clients::start(self.handle(), &addresses)
    }

    /// What every scenario ends with: clients go on everywhere, then all members have the same
    /// tree and agree in their logs, and what the clients saw is linearizable with those.
    pub(crate) fn assert_nothing_lost(&mut self, clients: Clients) {
        self.wait_settled();
        for sid in self.sids() {
            clients.wait_for_writes(3, &[sid]);
        }
        let history = clients.finish();
        self.assert_agreed(&[]);
        for sid in self.sids() {
            self.stop(sid);
        }
        let files: Vec<_> = self.members().iter().map(Member::files).collect();
        let log = record::merge(&files).unwrap_or_else(|why| panic!("the logs differ: {why}"));
        match record::check(&history, &log) {
            Ok(summary) => println!("linearizable: {summary}"),
            Err(why) => panic!("not linearizable: {why}"),
        }
    }
}

impl Deref for Ensemble {
    type Target = zoowarden_testkit::Ensemble;

    fn deref(&self) -> &Self::Target {
        &self.ensemble
    }
}

impl DerefMut for Ensemble {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.ensemble
    }
}

/// Small snapshots, so that faults meet their ends and beginnings too.
fn options() -> Options {
    Options {
        tick_ms: 500,
        snap_count: 2000,
        ..Options::default()
    }
}
