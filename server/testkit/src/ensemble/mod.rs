//! Members that know each other: how they are made, started, and what is done to them.

mod agreement;
mod options;
mod settling;

use std::{net::SocketAddr, ops::RangeInclusive, thread};

use tokio::runtime::{Handle, Runtime};

pub use options::Options;

use crate::{client::Client, kind::Kind, member::Member, place::Place, writer::Writer};

/// How much of each member's log is shown where a test fails.
const LOG_LINES: usize = 40;

/// Members 1 to n, each with a directory of its own, all gone when dropped.
///
/// Where a test fails their last words are printed and their files are kept.
#[derive(Debug)]
pub struct Ensemble {
    members: Vec<Member>,
    directory: Option<tempfile::TempDir>,
    runtime: Runtime,
}

impl Ensemble {
    /// One member of each of these kinds, in the order of their sids, on loopback; none of
    /// them started.
    #[must_use]
    pub fn new(kinds: &[Kind], options: &Options) -> Self {
        let places = kinds.iter().map(|_| Place::on_loopback()).collect();
        Self::at(places, kinds, options)
    }

    /// As [`Self::new`], each at its place.
    #[must_use]
    pub fn at(places: Vec<Place>, kinds: &[Kind], options: &Options) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let members: Vec<Member> = (1..)
            .zip(places.into_iter().zip(kinds))
            .map(|(sid, (place, &kind))| {
                let is_observer = options.observers.contains(&sid);
                Member::new(directory.path(), sid, kind, is_observer, place)
            })
            .collect();
        let mut shared = options.lines();
        for member in &members {
            shared += &member.server_line();
        }
        for member in &members {
            member.configure(&shared, options.admin);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        Self {
            members,
            directory: Some(directory),
            runtime,
        }
    }

    /// As [`Self::new`], with all started and settled.
    #[must_use]
    pub fn started(kinds: &[Kind], options: &Options) -> Self {
        Self::new(kinds, options).start_all()
    }

    /// Starts all of them and waits until they have settled.
    #[must_use]
    pub fn start_all(mut self) -> Self {
        for sid in self.sids() {
            self.start(sid);
        }
        self.wait_settled();
        self
    }

    /// As [`Self::started`], with this member in the lead: it and the smallest other voters
    /// that make a quorum come first, so that it outranks them by its sid.
    #[must_use]
    pub fn led_by(leader: usize, kinds: &[Kind], options: &Options) -> Self {
        let mut ensemble = Self::new(kinds, options);
        let voters: Vec<usize> = ensemble
            .sids()
            .filter(|sid| !options.observers.contains(sid))
            .collect();
        let others = voters.iter().filter(|&&sid| sid < leader);
        let first: Vec<usize> = others.take(voters.len() / 2).copied().collect();
        assert_eq!(
            first.len(),
            voters.len() / 2,
            "{leader} cannot outrank a quorum"
        );
        for &sid in first.iter().chain([&leader]) {
            ensemble.start(sid);
        }
        ensemble.wait_settled();
        for sid in ensemble.sids() {
            if !ensemble.member(sid).is_running() {
                ensemble.start(sid);
            }
        }
        assert_eq!(ensemble.wait_settled(), leader, "it should lead");
        ensemble
    }

    #[must_use]
    pub fn sids(&self) -> RangeInclusive<usize> {
        1..=self.members.len()
    }

    /// The sids of all but these.
    #[must_use]
    pub fn others(&self, than: &[usize]) -> Vec<usize> {
        self.sids().filter(|sid| !than.contains(sid)).collect()
    }

    #[must_use]
    pub fn member(&self, sid: usize) -> &Member {
        &self.members[sid - 1]
    }

    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    #[must_use]
    pub fn address(&self, sid: usize) -> SocketAddr {
        self.member(sid).address()
    }

    #[must_use]
    pub fn kind(&self, sid: usize) -> Kind {
        self.member(sid).kind
    }

    /// `host:port` of each member, in the order of the sids.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        self.members
            .iter()
            .map(|member| member.address().to_string())
            .collect()
    }

    pub fn start(&mut self, sid: usize) {
        self.members[sid - 1].start();
    }

    /// SIGKILL, and no process is left; nothing where there is none.
    pub fn kill(&mut self, sid: usize) {
        self.members[sid - 1].kill();
    }

    /// SIGTERM, and no process is left.
    pub fn stop(&mut self, sid: usize) {
        self.members[sid - 1].stop();
    }

    /// SIGSTOP: its sockets stay, and once this returns nothing moves.
    pub fn pause(&mut self, sid: usize) {
        self.members[sid - 1].pause();
    }

    /// SIGCONT.
    pub fn resume(&mut self, sid: usize) {
        self.members[sid - 1].resume();
    }

    /// Waits until a member has ended by itself, which it must do with an error, and returns
    /// what it has said since `said` bytes.
    pub fn wait_for_failure(&mut self, sid: usize, said: usize) -> String {
        let status = self.members[sid - 1].wait_for_end();
        assert!(
            !status.success(),
            "member {sid} calls its failure a success"
        );
        self.member(sid).said().split_off(said)
    }

    /// Stops a member as an operator would and starts the other program on its files.
    pub fn swap(&mut self, sid: usize, kind: Kind) {
        self.stop(sid);
        self.members[sid - 1].kind = kind;
        self.start(sid);
    }

    /// The runtime that this ensemble's clients live in.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// A session on this member, with retries while it does not serve.
    pub fn client(&mut self, sid: usize) -> Client {
        let handle = self.handle().clone();
        self.wait("it takes a session", |ensemble| {
            Client::connect(&handle, ensemble.address(sid)).ok()
        })
    }

    /// A continuous writer on these members, in turn.
    pub fn writer(&mut self, name: &str, sids: &[usize]) -> Writer {
        self.client(sids[0]).make("/written");
        let addresses = sids
            .iter()
            .map(|&sid| self.address(sid).to_string())
            .collect();
        Writer::start(self.handle(), name, addresses)
    }

    fn last_words(&self) -> String {
        let of = |member: &Member| {
            let said = member.said();
            // Apache notes every question that a test asks.
            let asked =
                |line: &str| line.contains("Processing srvr") || line.contains("Processing mntr");
            let lines: Vec<&str> = said.lines().filter(|line| !asked(line)).collect();
            let tail = lines[lines.len().saturating_sub(LOG_LINES)..].join("\n");
            let Member { sid, kind, .. } = member;
            format!("--- member {sid} ({kind:?}), its last lines:\n{tail}\n")
        };
        self.members.iter().map(of).collect()
    }
}

impl Drop for Ensemble {
    fn drop(&mut self) {
        for member in &mut self.members {
            member.kill();
        }
        if thread::panicking() {
            let kept = self.directory.take().map(tempfile::TempDir::keep);
            eprintln!("{}\nall files: {kept:?}", self.last_words());
        }
    }
}
