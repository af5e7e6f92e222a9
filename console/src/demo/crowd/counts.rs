//! What the crowd counts from its side: the tally, shared by all clients, on one clock.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use zoowarden_client::{ClientError, Connection};
use zoowarden_shared::SessionId;

use super::{client::Result, ledger::Ledger, lost_a_race, tally::Tally};
use crate::model::crowd::Cost;

/// The tally of the whole crowd.
#[derive(Debug)]
pub(in crate::demo) struct Counts {
    since: Instant,
    tally: Mutex<Tally>,
    ledger: Mutex<Ledger>,
}

/// A client that is connected, as long as this lives.
pub(super) struct Connected<'a>(&'a Counts);

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.0.tally().connected -= 1;
    }
}

impl Counts {
    pub(super) fn new(clients: usize) -> Self {
        Self {
            since: Instant::now(),
            tally: Mutex::new(Tally::new(clients)),
            ledger: Mutex::default(),
        }
    }

    /// What it has cost so far.
    pub(in crate::demo) fn cost(&self) -> Cost {
        self.tally().cost(self.now_us())
    }

    pub(super) fn connected(&self) -> Connected<'_> {
        self.tally().connected += 1;
        Connected(self)
    }

    pub(super) fn cut_off(&self) {
        self.tally().cut_off(self.now_us());
    }

    pub(super) fn turned_away(&self) {
        self.tally().turned_away(self.now_us());
    }

    pub(super) fn lost_its_session(&self, session: SessionId) {
        self.enter(|ledger| {
            ledger.session_ended(session.0);
            0
        });
        self.tally().lost_its_session(self.now_us());
    }

    /// Enters something into the ledger, and counts the acknowledged writes that it finds gone.
    pub(super) fn enter(&self, what: impl FnOnce(&mut Ledger) -> u64) {
        // Who panicked has left out one entry at most.
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = what(&mut ledger);
        drop(ledger);
        if lost > 0 {
            self.tally().lost(lost, self.now_us());
        }
    }

    /// Counts how this write ends.
    pub(super) async fn write<T>(
        &self,
        zk: &Connection,
        write: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        // On a connection that has ended already nothing is sent: that leaves no doubt.
        let is_sent = zk.end_reason().is_none();
        let outcome = write.await;
        match &outcome {
            Ok(_) => self.tally().acknowledged(self.now_us()),
            // An answer like any other: another client was quicker.
            Err(fault) if lost_a_race(fault) => {}
            Err(ClientError::Server { .. }) => self.tally().refused(self.now_us()),
            Err(_) if is_sent => self.tally().unknown(self.now_us()),
            Err(_) => {}
        }
        outcome
    }

    fn now_us(&self) -> u64 {
        // A demo does not run for 2^64 µs.
        self.since.elapsed().as_micros() as u64
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // Numbers are whole whoever panicked while adding to them.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
