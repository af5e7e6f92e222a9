//! Members that know each other, and conditions to wait for.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;

use super::{
    client::Client,
    kind::Kind,
    member::Member,
    tree,
    words::{self, Mode, Srvr},
    writer::{Record, Writer},
};

/// How long any condition may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much of each member's log is shown where a test fails.
const LOG_LINES: usize = 40;

/// What differs between ensembles.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) tick_ms: u32,
    /// A snapshot about every so many transactions.
    pub(crate) snap_count: u32,
    /// The sids that do not vote.
    pub(crate) observers: Vec<usize>,
    /// More lines of every zoo.cfg.
    pub(crate) settings: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tick_ms: 1000,
            snap_count: 100_000,
            observers: Vec::new(),
            settings: "",
        }
    }
}

/// Members 1 to n, each with a directory of its own, all gone when dropped.
///
/// Where a test fails their last words are printed and their files are kept.
pub(crate) struct Ensemble {
    members: Vec<Member>,
    directory: Option<tempfile::TempDir>,
    runtime: Runtime,
}

impl Ensemble {
    /// One member of each of these kinds, in the order of their sids; none of them started.
    pub(crate) fn new(kinds: &[Kind], options: &Options) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let members: Vec<Member> = (1..)
            .zip(kinds)
            .map(|(sid, &kind)| {
                let observer = options.observers.contains(&sid);
                Member::new(directory.path(), sid, kind, observer)
            })
            .collect();
        let mut shared = format!(
            "tickTime={}\ninitLimit=10\nsyncLimit=5\nmaxClientCnxns=0\nsnapCount={}\n\
             preAllocSize=256\n4lw.commands.whitelist=*\n{}",
            options.tick_ms, options.snap_count, options.settings
        );
        for member in &members {
            shared += &member.server_line();
        }
        for member in &members {
            member.configure(&shared);
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
    pub(crate) fn started(kinds: &[Kind], options: &Options) -> Self {
        let mut ensemble = Self::new(kinds, options);
        for sid in ensemble.sids() {
            ensemble.start(sid);
        }
        ensemble.wait_settled();
        ensemble
    }

    /// As [`Self::started`], with this member in the lead: it and the smallest other voters
    /// that make a quorum come first, so that it outranks them by its sid.
    pub(crate) fn led_by(leader: usize, kinds: &[Kind], options: &Options) -> Self {
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

    pub(crate) fn sids(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.members.len()
    }

    pub(crate) fn member(&self, sid: usize) -> &Member {
        &self.members[sid - 1]
    }

    pub(crate) fn address(&self, sid: usize) -> SocketAddr {
        self.member(sid).address()
    }

    pub(crate) fn kind(&self, sid: usize) -> Kind {
        self.member(sid).kind
    }

    /// `host:port` of each member, in the order of the sids.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.members
            .iter()
            .map(|member| member.address().to_string())
            .collect()
    }

    pub(crate) fn start(&mut self, sid: usize) {
        self.members[sid - 1].start();
    }

    pub(crate) fn kill(&mut self, sid: usize) {
        self.members[sid - 1].kill();
    }

    pub(crate) fn stop(&mut self, sid: usize) {
        self.members[sid - 1].stop();
    }

    pub(crate) fn pause(&mut self, sid: usize) {
        self.members[sid - 1].pause();
    }

    pub(crate) fn resume(&mut self, sid: usize) {
        self.members[sid - 1].resume();
    }

    /// Stops a member as an operator would and starts the other program on its files.
    pub(crate) fn swap(&mut self, sid: usize, kind: Kind) {
        self.stop(sid);
        self.members[sid - 1].kind = kind;
        self.start(sid);
    }

    /// Waits until one awake member leads, every other awake one is in sync with it, and
    /// returns the leader.
    pub(crate) fn wait_settled(&mut self) -> usize {
        self.wait("one leads and the others follow", Self::settled_leader)
    }

    /// Waits until it is settled and all awake members have applied the same.
    pub(crate) fn wait_level(&mut self) -> usize {
        let leader = self.wait_settled();
        // The leader of a new epoch shows a zxid that nobody else has before the first write.
        self.client(leader).close();
        self.wait("all have the leader's zxid", |ensemble| {
            let leader = ensemble.settled_leader()?;
            let mut zxids = ensemble.answers().into_values().map(|answer| answer.zxid);
            let first = zxids.next();
            zxids.all(|zxid| Some(zxid) == first).then_some(leader)
        })
    }

    /// Waits for something of the ensemble; members that end by themselves fail the test.
    pub(crate) fn wait<T>(
        &mut self,
        what: &str,
        mut condition: impl FnMut(&Self) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            for member in &mut self.members {
                member.assert_still_runs();
            }
            if let Some(found) = condition(self) {
                return found;
            }
            assert!(
                Instant::now() < deadline,
                "waited in vain until {what}: {:?}",
                self.answers()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// A session on this member, with retries while it does not serve.
    pub(crate) fn client(&mut self, sid: usize) -> Client {
        let handle = self.runtime.handle().clone();
        self.wait("it takes a session", |ensemble| {
            Client::connect(&handle, ensemble.address(sid)).ok()
        })
    }

    /// A continuous writer on these members, in turn.
    pub(crate) fn writer(&mut self, name: &str, sids: &[usize]) -> Writer {
        self.client(sids[0]).make("/written");
        let addresses = sids
            .iter()
            .map(|&sid| self.address(sid).to_string())
            .collect();
        Writer::start(self.runtime.handle(), name, addresses)
    }

    /// What every check ends with: all members have the same tree, all of the record is in
    /// it, and no member has found a digest that was not its own.
    pub(crate) fn assert_agreed(&mut self, records: &[&Record]) {
        self.wait_level();
        let sids: Vec<usize> = self
            .sids()
            .filter(|&sid| self.member(sid).is_awake())
            .collect();
        let mut trees = Vec::new();
        for &sid in &sids {
            trees.push(self.client(sid).tree());
        }
        for record in records {
            for (sid, tree) in sids.iter().zip(&trees) {
                record.assert_in(*sid, tree);
            }
        }
        for (sid, tree) in sids.iter().zip(&trees).skip(1) {
            tree::assert_equal((sids[0], &trees[0]), (*sid, tree));
        }
        for &sid in &sids {
            let found = words::mntr(self.address(sid));
            let mismatches = found.get("digest_mismatches_count").map(String::as_str);
            assert_eq!(mismatches, Some("0"), "member {sid} ({:?})", self.kind(sid));
        }
    }

    /// The one of these members that says it leads.
    pub(crate) fn leader_among(&self, sids: &[usize]) -> Option<usize> {
        let leads = |sid: &usize| {
            words::srvr(self.address(*sid)).is_some_and(|said| said.mode == Mode::Leader)
        };
        sids.iter().copied().find(leads)
    }

    fn settled_leader(&self) -> Option<usize> {
        let answers = self.answers();
        let awake = self
            .members
            .iter()
            .filter(|member| member.is_awake())
            .count();
        let with = |mode| {
            answers
                .values()
                .filter(move |answer| answer.mode == mode)
                .count()
        };
        if answers.len() != awake || with(Mode::Leader) != 1 {
            return None;
        }
        let (&leader, _) = answers
            .iter()
            .find(|(_, answer)| answer.mode == Mode::Leader)?;
        let said = words::mntr(self.address(leader));
        let synced = |key: &str| said.get(key).and_then(|count| count.parse::<usize>().ok());
        let in_sync = synced("synced_followers").unwrap_or(usize::MAX) >= with(Mode::Follower)
            && synced("synced_observers").unwrap_or(usize::MAX) >= with(Mode::Observer);
        in_sync.then_some(leader)
    }

    /// What the awake members answer to `srvr`, of those that serve.
    fn answers(&self) -> BTreeMap<usize, Srvr> {
        let awake = self.members.iter().filter(|member| member.is_awake());
        awake
            .filter_map(|member| Some((member.sid, words::srvr(member.address())?)))
            .collect()
    }

    fn last_words(&self) -> String {
        let mut text = String::new();
        for member in &self.members {
            let log = member.log();
            // Apache notes every question that a test asks.
            let asked =
                |line: &str| line.contains("Processing srvr") || line.contains("Processing mntr");
            let lines: Vec<&str> = log.lines().filter(|line| !asked(line)).collect();
            let tail = &lines[lines.len().saturating_sub(LOG_LINES)..];
            let _ = writeln!(
                text,
                "--- member {} ({:?}), its last lines:\n{}",
                member.sid,
                member.kind,
                tail.join("\n")
            );
        }
        text
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
