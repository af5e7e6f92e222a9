//! What operators and their tools ask: four-letter words, the AdminServer, metrics.
//!
//! ```text
//!   client port ──word──> four_letter ──> text ─────┐
//!   admin port ──HTTP──> http ──> answer ──> JSON   ├── questions to the driver: views
//!                          ├──> monitor ──> /metrics┘
//!                          └──> stream <── a heartbeat every 100 ms, while somebody listens
//! ```
//!
//! - `word`, `four_letter`, `text`: the four-letter words, who may ask them, what they answer.
//! - `commands`, `answer`, `server_reports`, `http`: the AdminServer's commands, their JSON,
//!   their port.
//! - `change`: commands that change something, and who may; `audit`: the log of them;
//!   `clear_text`: a word on passwords that come without TLS.
//! - `repairs`: what operators order that goes over a restart; `rate`: not too often.
//! - `monitor`: the measures, for all of them.
//! - `stream`: the heartbeats, one task for all who listen.
//! - `disk_facts`, `reserved`: for an operator whose ensemble has lost its quorum.
//! - `ensemble`: what a member says of its ensemble, in all of them.
//! - `snapshots`: the files in its data directories; `audit::tail`: the end of its audit log;
//!   `supervisor`: what restarts it, and has;
//!   `consoles`: who watches it, by their own word.
//! - `facts`: what does not change while the member runs.
//! - `java`: how Java prints things.
//!
//! Deliberately absent: Apache's own audit log (`audit.enable`) of what clients write.

mod answer;
mod audit;
mod change;
mod clear_text;
mod commands;
mod consoles;
mod disk_facts;
mod ensemble;
mod facts;
mod four_letter;
mod http;
pub(crate) mod java;
mod monitor;
mod rate;
mod repairs;
mod reserved;
mod server_reports;
mod snapshots;
mod stream;
mod supervisor;
mod text;
#[cfg(test)]
mod text_tests;
mod word;

use std::sync::{Arc, atomic::AtomicI64};

pub(crate) use audit::Audit;
use consoles::Present;
use facts::Configuration;
pub(crate) use facts::Facts;
pub(crate) use http::{admin_router, metrics_router, serve};
use monitor::Sources;
use rate::RateLimit;
pub(crate) use repairs::Repairs;
pub(crate) use reserved::reserved_router;
use stream::Streams;
pub(crate) use stream::beat;
pub(crate) use text::NOT_SERVING;
use tokio::sync::Semaphore;
pub(crate) use word::Word;
use zoowarden_peer::{
    metrics::ResponseSizes,
    view::{ConnectionView, ReplicationView, ServerView},
};

use crate::{
    disk::DiskStats,
    driver::{DriverHandle, Stopped},
    net::{NetCounters, OpenLinks},
};

/// The trace mask before anybody set another (`ZooTrace`): it changes nothing here.
const DEFAULT_TRACE_MASK: i64 = 306;

/// Answers what operators ask.
#[derive(Debug)]
pub(crate) struct Admin {
    facts: Facts,
    driver: DriverHandle,
    counters: Arc<NetCounters>,
    links: Arc<OpenLinks>,
    disk: Arc<DiskStats>,
    trace_mask: AtomicI64,
    streams: Streams,
    consoles: Present,
    /// To look at the disk costs: one at a time may.
    disk_looks: Semaphore,
    audit: Audit,
    repairs: Repairs,
    snapshots: RateLimit,
    restores: RateLimit,
}

impl Admin {
    pub(crate) fn new(
        facts: Facts,
        driver: DriverHandle,
        counters: Arc<NetCounters>,
        links: Arc<OpenLinks>,
        disk: Arc<DiskStats>,
        audit: Audit,
        repairs: Repairs,
    ) -> Self {
        let rates = facts.rates;
        Self {
            facts,
            driver,
            counters,
            links,
            disk,
            trace_mask: AtomicI64::new(DEFAULT_TRACE_MASK),
            streams: Streams::default(),
            consoles: Present::default(),
            disk_looks: Semaphore::new(1),
            audit,
            repairs,
            snapshots: RateLimit::new(rates.snapshot, rates.interval),
            restores: RateLimit::new(rates.restore, rates.interval),
        }
    }

    async fn server(&self) -> Result<ServerView, Stopped> {
        self.driver.ask(|peer, now| peer.server_view(now)).await
    }

    async fn is_serving(&self) -> bool {
        self.server().await.is_ok_and(|server| server.serving)
    }

    /// The sizes of what it proposed, of a leader.
    async fn proposal_sizes(&self, server: &ServerView) -> Result<Option<ResponseSizes>, Stopped> {
        if server.mode != "leader" {
            return Ok(None);
        }
        let metrics = self.driver.ask(|peer, _| peer.metrics()).await?;
        Ok(Some(metrics.proposal_size))
    }

    /// The member's part in its ensemble, while it serves as one of it: Apache's answers differ
    /// by the kind of server that runs.
    async fn replication(&self) -> Result<Option<ReplicationView>, Stopped> {
        let view = self
            .driver
            .ask(|peer, now| peer.replication_view(now))
            .await?;
        Ok(view.filter(|view| view.status.serving))
    }

    /// How the member is configured by now: a reconfig may have moved its client port.
    async fn configuration(&self) -> Result<Configuration, Stopped> {
        let mut configuration = self.facts.configuration.clone();
        let view = self.replication().await?;
        let own = view.and_then(|mut view| view.members.servers.remove(&view.sid));
        if let Some(address) = own.and_then(|own| own.client_address) {
            configuration.client_address = address;
        }
        Ok(configuration)
    }

    async fn connections(&self) -> Result<Vec<ConnectionView>, Stopped> {
        self.driver.ask(|peer, _| peer.connection_views()).await
    }

    async fn sources(&self) -> Result<Sources, Stopped> {
        let (server, metrics, replication) = self
            .driver
            .ask(|peer, now| {
                let replication = peer.replication_view(now);
                (peer.server_view(now), peer.metrics(), replication)
            })
            .await?;
        Ok(Sources {
            version: self.facts.version.clone(),
            server,
            metrics,
            replication,
            sessionless_connections_expired: self.counters.sessionless_expired(),
            unsupported_keys: self.facts.warnings.len(),
            admin_port: self.facts.admin_port,
            open_files: open_files(),
            max_files: max_files(),
            syncs: self.disk.sync_times(),
            snapshot_took: self.disk.last_snapshot_took(),
        })
    }

    async fn reset_statistics(&self) -> Result<(), Stopped> {
        self.counters.reset();
        self.disk.reset_sync_times();
        self.driver.ask(|peer, _| peer.reset_server_stats()).await
    }
}

fn open_files() -> u64 {
    let entries = std::fs::read_dir("/proc/self/fd");
    entries.map_or(0, |entries| entries.count() as u64)
}

fn max_files() -> u64 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.unwrap_or(u64::MAX >> 1)
}
