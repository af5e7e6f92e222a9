//! Members that crash, lose each other and have slow disks, under clients that write, read,
//! sync and move: what was acknowledged stays, and each connection's replies keep their order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use zoowarden_peer::{ConnId, Input};
use zoowarden_shared::{
    ErrorCode, SessionId, Sid,
    jute::Jute,
    proto::{ConnectResponse, CreateMode, PathRequest, Request},
};

use super::network::{Network, clients::Client};
use crate::support::{
    Reply,
    client::{connect_frame, connect_request, create, create_with, exists, get_data, set_data},
};

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A client creates a znode of its own, and asks whether it is there.
    CreateAndLook(usize),
    Ephemeral(usize),
    SetData(usize),
    Read(usize),
    Sync(usize),
    /// A client goes to a member, with the session that it has, if any.
    Move(usize, i64),
    Crash(i64),
    Start(i64),
    Cut(i64, i64),
    Heal,
    /// A member's disk answers no more, and again.
    Hold(i64),
    Release(i64),
    Run(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0..3_usize;
    let sid = 1..=3_i64;
    prop_oneof![
        6 => client.clone().prop_map(Step::CreateAndLook),
        1 => client.clone().prop_map(Step::Ephemeral),
        2 => client.clone().prop_map(Step::SetData),
        2 => client.clone().prop_map(Step::Read),
        3 => client.clone().prop_map(Step::Sync),
        4 => (client, sid.clone()).prop_map(|(client, sid)| Step::Move(client, sid)),
        1 => sid.clone().prop_map(Step::Crash),
        2 => sid.clone().prop_map(Step::Start),
        1 => (sid.clone(), sid.clone()).prop_map(|(a, b)| Step::Cut(a, b)),
        1 => Just(Step::Heal),
        1 => sid.clone().prop_map(Step::Hold),
        2 => sid.prop_map(Step::Release),
        5 => (1..3000_u64).prop_map(Step::Run),
    ]
}

/// By then every member knows whether it still has a leader or a quorum.
const NOTICED_MS: u64 = 12_000;
/// By then every member has asked the others for their leader (`maxNotificationInterval`).
const FOUND_MS: u64 = 61_000;

/// The network, its clients, and what they were told.
struct Scenario {
    network: Network,
    clients: [Option<Client>; 3],
    /// By connection and xid: the znode whose creation was asked for, or looked for.
    asked: BTreeMap<(ConnId, i32), String>,
    last_xid: BTreeMap<ConnId, i32>,
    acknowledged: BTreeSet<String>,
    created: usize,
}

impl Scenario {
    fn new(with_local_sessions: bool) -> Self {
        let mut network = Network::with(3, |config| {
            config.local_sessions_enabled = with_local_sessions;
            config.local_sessions_upgrading_enabled = with_local_sessions;
            config.read_only_mode_enabled = with_local_sessions;
        });
        network.settle_leader();
        Self {
            network,
            clients: [None, None, None],
            asked: BTreeMap::new(),
            last_xid: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            created: 0,
        }
    }

    fn post(&mut self, client: usize, request: &Request, path: Option<&str>) {
        let Some(client) = &mut self.clients[client] else {
            return;
        };
        if self.network.closed(client).is_some() || self.network.mode(client.member) == "down" {
            return;
        }
        let xid = self.network.post(client, request);
        if let Some(path) = path {
            self.asked.insert((client.conn, xid), path.to_owned());
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::CreateAndLook(client) => {
                self.created += 1;
                let path = format!("/c{}", self.created);
                self.post(client, &create(&path), Some(&path));
                self.post(client, &exists(&path, false), Some(&path));
            }
            Step::Ephemeral(client) => {
                let request = create_with("/e", b"", CreateMode::EphemeralSequential);
                self.post(client, &request, None);
            }
            Step::SetData(client) => self.post(client, &set_data("/c1", b"new"), None),
            Step::Read(client) => self.post(client, &get_data("/c1", true), None),
            Step::Sync(client) => {
                let path = "/".to_owned();
                self.post(client, &Request::Sync(PathRequest { path }), None);
            }
            Step::Move(client, sid) => self.go(client, Sid(sid)),
            Step::Crash(sid) => self.network.crash(Sid(sid)),
            Step::Start(sid) => {
                if self.network.members[&Sid(sid)].peer.is_none() {
                    self.network.start(Sid(sid));
                }
            }
            Step::Cut(a, b) if a != b => self.network.cut(Sid(a), Sid(b)),
            Step::Cut(..) => {}
            Step::Heal => self.network.heal(),
            Step::Hold(sid) => self.network.auto_flush(&[Sid(sid)], false),
            Step::Release(sid) => self.network.auto_flush(&[Sid(sid)], true),
            Step::Run(ms) => self.network.run_ms(ms),
        }
        self.read_replies();
    }

    fn go(&mut self, client: usize, sid: Sid) {
        if self.network.members[&sid].peer.is_none() {
            return;
        }
        let before = self.clients[client].take();
        let (session, password) = match &before {
            Some(before) => (before.session, before.password.clone()),
            None => (SessionId::NONE, vec![0; 16].into()),
        };
        let conn = self.network.open(sid);
        let request = connect_request(session, &password);
        let is_open = |network: &Network| network.members[&sid].closed_with(conn).is_none();
        if is_open(&self.network) {
            self.network.send_frames(sid, conn, connect_frame(&request));
        }
        self.network.run_ms(100);
        let answer = self.network.received(sid, conn).into_iter().next();
        let response = answer.map(|frame| ConnectResponse::from_bytes(frame).unwrap());
        self.clients[client] = match response {
            Some(response) if response.session_id != SessionId::NONE => Some(Client {
                member: sid,
                conn,
                session: response.session_id,
                password: response.password.unwrap(),
                xid: 0,
            }),
            // The session is gone.
            Some(_) => None,
            None => before,
        };
    }

    fn read_replies(&mut self) {
        for client in self.clients.clone().into_iter().flatten() {
            let frames = self.network.received(client.member, client.conn);
            for reply in frames.into_iter().map(Reply::decode) {
                if reply.event().is_none() {
                    self.reply(client.conn, &reply);
                }
            }
        }
    }

    fn reply(&mut self, conn: ConnId, reply: &Reply) {
        let last = self.last_xid.entry(conn).or_default();
        assert_eq!(reply.xid, *last + 1, "in order, and none left out");
        *last = reply.xid;
        if let Some(path) = self.asked.remove(&(conn, reply.xid)) {
            let is_look = reply.body.len() > 30;
            match reply.err {
                ErrorCode::Ok if is_look => assert!(self.acknowledged.contains(&path)),
                ErrorCode::Ok => {
                    self.acknowledged.insert(path);
                }
                // Who created it before sees it.
                ErrorCode::NoNode => assert!(!self.acknowledged.contains(&path), "{path}"),
                ErrorCode::SessionExpired => {}
                other => panic!("{path}: {other}"),
            }
        }
    }

    /// Everything works again: all members have all that was acknowledged, and owe nothing.
    fn end(&mut self) {
        self.network.heal();
        for sid in self.network.sids() {
            self.network.auto_flush(&[sid], true);
            self.step(Step::Start(sid.0));
        }
        // A leader that was cut off leads until it notices; then its member serves reads while
        // it looks for another, and asks the others ever more seldom.
        self.network.run_ms(NOTICED_MS);
        self.network.settle_leader();
        let all_serve = |network: &Network| {
            let mut sids = network.sids().into_iter();
            sids.all(|sid| network.mode(sid) != "read-only")
        };
        assert!(self.network.run_until(FOUND_MS, all_serve));
        self.network.run_ms(1000);
        self.read_replies();
        self.network.assert_converged();
        for sid in self.network.sids() {
            let view = self.network.peer(sid).server_view(self.network.now);
            assert_eq!(view.outstanding_requests, 0);
            assert_eq!(self.network.view(sid).unwrap().forwarded_requests, 0);
            let mut client = self.network.connect(sid);
            for path in self.acknowledged.clone() {
                assert!(self.network.exists(&mut client, &path), "{path} on {sid}");
            }
            self.network.input(sid, Input::Tick);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_was_acknowledged_stays(
        steps in prop::collection::vec(step(), 10..80),
        with_local_sessions in any::<bool>(),
    ) {
        let mut scenario = Scenario::new(with_local_sessions);
        for client in 0..3 {
            scenario.go(client, Sid(client as i64 + 1));
        }
        for step in steps {
            scenario.step(step);
        }
        scenario.end();
    }
}
