//! What stands between a demo's members, so that they can be cut off from each other without a
//! right to the machine's network: a relay before each quorum and each election port.
//!
//! ```text
//!   server lines, the same for all        a member's own listen settings
//!      :quorum, :election  ── relay ──>   :quorum_listen, :election_listen
//!                               │
//!                        Cuts: who is cut off
//! ```
//!
//! What is sent over a cut waits and arrives late, as with TCP while a way is gone; what is new
//! is not even dialled. Clients and the console reach the members directly, at all times.

mod relay;

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use zoowarden_server::supervise::Report;

use self::relay::{Kind, Relay};
use super::ports::Ports;

/// The relays of an ensemble; the connections over them end when this is dropped.
#[derive(Debug)]
pub(super) struct Relays {
    cuts: Cuts,
    /// Before its member runs: what stands before each port, and its member's id.
    bound: Vec<(u16, Relay, TcpListener)>,
    serving: JoinSet<()>,
}

/// Who is cut off from the others, by member id. All that have one see the same.
#[derive(Clone, Debug)]
pub(super) struct Cuts(watch::Sender<BTreeSet<u16>>);

impl Cuts {
    /// Cuts a member off from all others, or lets it hear them again.
    ///
    /// # Errors
    /// When it is so already.
    pub(super) fn set(&self, id: u16, is_cut: bool) -> Result<(), String> {
        let changed = self.0.send_if_modified(|cut| match is_cut {
            true => cut.insert(id),
            false => cut.remove(&id),
        });
        match (changed, is_cut) {
            (true, _) => Ok(()),
            (false, true) => Err("it is cut off already".to_owned()),
            (false, false) => Err("its links are whole".to_owned()),
        }
    }

    fn watch(&self) -> watch::Receiver<BTreeSet<u16>> {
        self.0.subscribe()
    }
}

impl Relays {
    /// Listens before the ports of these members, whose ids begin with 1; one alone has no
    /// others to reach.
    ///
    /// # Errors
    /// When a port is taken.
    pub(super) async fn bind(all: &[Ports]) -> Result<Self> {
        let mut bound = Vec::new();
        for (id, ports) in (1..).zip(all).filter(|_| all.len() > 1) {
            for (kind, port, behind) in [
                (Kind::Quorum, ports.quorum, ports.quorum_listen),
                (Kind::Election, ports.election, ports.election_listen),
            ] {
                let relay = Relay {
                    id,
                    kind,
                    port,
                    behind,
                };
                bound.push((id, relay, relay.listen().await.context("a relay's port")?));
            }
        }
        Ok(Self {
            cuts: Cuts(watch::Sender::default()),
            bound,
            serving: JoinSet::new(),
        })
    }

    /// Passes on what comes for this member while its process runs.
    pub(super) fn serve(&mut self, id: u16, reports: &watch::Receiver<Report>) {
        let cuts = &self.cuts;
        for (_, relay, listener) in self.bound.extract_if(.., |(of, ..)| *of == id) {
            let serving = relay.serve(listener, reports.clone(), cuts.watch());
            self.serving.spawn(serving);
        }
    }

    pub(super) fn cuts(&self) -> Cuts {
        self.cuts.clone()
    }
}
