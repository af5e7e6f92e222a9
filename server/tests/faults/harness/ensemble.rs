//! Members that know each other, conditions to wait for, and the check that ends every test.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;
use zoowarden_client::{ClientError, ConnectOptions, Connection};
use zoowarden_shared::{acl::Acl, proto::CreateMode};

use super::{
    member::Member,
    network::Network,
    tree::{self, Tree},
    words::{self, Srvr},
};
use crate::record::{self, Clients, ROOT};

/// How long any condition may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of each member's log is shown where a test fails.
const LOG_LINES: usize = 40;

/// Members 1 to n, each with a directory of its own, all gone when dropped.
///
/// Where a test fails their last words are printed and their files are kept.
pub(crate) struct Ensemble {
    members: Vec<Member>,
    directory: Option<tempfile::TempDir>,
    runtime: Runtime,
    /// Outlives the members' processes.
    network: Option<Network>,
}

impl Ensemble {
    /// So many members on loopback, none of them started.
    pub(crate) fn new(members: usize) -> Self {
        Self::at(members, None)
    }

    /// So many members on loopback, started and settled.
    pub(crate) fn started(members: usize) -> Self {
        Self::new(members).start_all()
    }

    /// So many members, each in a network namespace, started and settled.
    pub(crate) fn apart(members: usize) -> Self {
        Self::at(members, Some(Network::new(members))).start_all()
    }

    fn at(members: usize, network: Option<Network>) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let members: Vec<Member> = (1..=members)
            .map(|sid| Member::new(directory.path(), sid, network.as_ref()))
            .collect();
        // Small snapshots and logs, so that faults meet their ends and beginnings too.
        let mut shared = "tickTime=500\ninitLimit=10\nsyncLimit=5\nmaxClientCnxns=0\n\
                          snapCount=2000\npreAllocSize=256\n4lw.commands.whitelist=*\n"
            .to_owned();
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
            network,
        }
    }

    /// Starts all of them and waits until they have settled.
    pub(crate) fn start_all(mut self) -> Self {
        for sid in self.sids() {
            self.start(sid);
        }
        self.wait_settled();
        self
    }

    pub(crate) fn sids(&self) -> Vec<usize> {
        (1..=self.members.len()).collect()
    }

    /// All but these.
    pub(crate) fn others(&self, than: &[usize]) -> Vec<usize> {
        let mut sids = self.sids();
        sids.retain(|sid| !than.contains(sid));
        sids
    }

    pub(crate) fn member(&self, sid: usize) -> &Member {
        &self.members[sid - 1]
    }

    pub(crate) fn network(&self) -> &Network {
        self.network.as_ref().expect("it was started apart")
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

    /// Waits until a member has ended by itself, which it must do with an error, and returns
    /// what it has said since `said` bytes.
    pub(crate) fn wait_for_failure(&mut self, sid: usize, said: usize) -> String {
        let was_success = self.members[sid - 1].wait_for_end();
        assert!(!was_success, "member {sid} calls its failure a success");
        self.member(sid).said().split_off(said)
    }

    /// Makes the keys' parent and starts clients on all members.
    pub(crate) fn clients(&mut self) -> Clients {
        let leader = self.wait_settled();
        let making = async |connection: Connection| {
            let (acl, mode) = (Acl::open(), CreateMode::Persistent);
            let made = connection.create(ROOT, "", &acl, mode).await;
            made.expect("the keys' parent is made");
        };
        let connection = self.connect(leader);
        self.runtime.block_on(making(connection));
        let addresses: Vec<SocketAddr> = self.members.iter().map(Member::address).collect();
        Clients::start(self.runtime.handle(), &addresses)
    }

    /// Waits until one awake member leads and every other awake one follows it.
    pub(crate) fn wait_settled(&mut self) -> usize {
        self.wait("one leads and the others follow", Self::settled_leader)
    }

    /// Waits until one of these leads.
    pub(crate) fn wait_leader_among(&mut self, sids: &[usize]) -> usize {
        self.wait("one of some leads", |ensemble| {
            let leads = |sid: &usize| {
                let said = words::srvr(ensemble.member(*sid).address());
                said.is_some_and(|said| said.leads())
            };
            sids.iter().copied().find(leads)
        })
    }

    /// What every scenario ends with: clients go on everywhere, then all members have the same
    /// tree and agree in their logs, and what the clients saw is linearizable with those.
    pub(crate) fn assert_nothing_lost(&mut self, clients: Clients) {
        self.wait_settled();
        for sid in self.sids() {
            clients.wait_for_writes(3, &[sid]);
        }
        let history = clients.finish();
        self.assert_trees_equal();
        for sid in self.sids() {
            self.stop(sid);
        }
        let files: Vec<_> = self.members.iter().map(Member::files).collect();
        let log = record::merge(&files).unwrap_or_else(|why| panic!("the logs differ: {why}"));
        match record::check(&history, &log) {
            Ok(summary) => println!("linearizable: {summary}"),
            Err(why) => panic!("not linearizable: {why}"),
        }
    }

    fn assert_trees_equal(&mut self) {
        let mut trees = Vec::new();
        for sid in self.sids() {
            let connection = self.connect(sid);
            let reading = async {
                connection.sync("/").await?;
                Tree::read(&connection).await
            };
            trees.push(self.runtime.block_on(reading).expect("the tree is read"));
        }
        for (sid, tree) in (1..).zip(&trees).skip(1) {
            tree::assert_equal((1, &trees[0]), (sid, tree));
        }
        for member in &self.members {
            let mismatches = words::mntr(member.address(), "digest_mismatches_count");
            assert_eq!(mismatches.as_deref(), Some("0"), "member {}", member.sid);
        }
    }

    /// A session on this member, with retries while it does not serve.
    fn connect(&mut self, sid: usize) -> Connection {
        let handle = self.runtime.handle().clone();
        self.wait("it takes a session", |ensemble| {
            let address = ensemble.member(sid).address().to_string();
            let connecting = Connection::connect(&address, ConnectOptions::default());
            let connected: Result<_, ClientError> = handle.block_on(connecting);
            Some(connected.ok()?.0)
        })
    }

    /// Waits for something of the ensemble; members that end by themselves fail the test.
    fn wait<T>(&mut self, what: &str, mut condition: impl FnMut(&Self) -> Option<T>) -> T {
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
                "waited in vain until {what}: {}",
                self.roles()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn settled_leader(&self) -> Option<usize> {
        let answers = self.answers();
        let awake = self.members.iter().filter(|member| member.is_awake());
        let leads = |answer: &(&usize, &Srvr)| answer.1.leads();
        if answers.len() != awake.count() || answers.iter().filter(leads).count() != 1 {
            return None;
        }
        answers.iter().find(leads).map(|(&leader, _)| leader)
    }

    /// What the awake members answer to `srvr`, of those that serve.
    fn answers(&self) -> BTreeMap<usize, Srvr> {
        let awake = self.members.iter().filter(|member| member.is_awake());
        awake
            .filter_map(|member| Some((member.sid, words::srvr(member.address())?)))
            .collect()
    }

    fn roles(&self) -> String {
        let role = |(sid, said): (usize, Srvr)| format!("{sid}: {} at {}", said.mode, said.zxid);
        let roles: Vec<String> = self.answers().into_iter().map(role).collect();
        roles.join(", ")
    }

    fn last_words(&self) -> String {
        let mut text = String::new();
        for member in &self.members {
            let said = member.said();
            let lines: Vec<&str> = said.lines().collect();
            let tail = &lines[lines.len().saturating_sub(LOG_LINES)..];
            let _ = writeln!(text, "--- member {}:\n{}", member.sid, tail.join("\n"));
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
