//! A member that a reconfig moves listens at its new ports at once, without a restart, and at
//! its old ones no more; who is connected stays connected.

use std::net::{SocketAddr, TcpStream};

use zoowarden_testkit::{
    free_port,
    words::{self, Mode},
};

use super::{CONFIG, SETTINGS, reconfig};
use crate::harness::{
    Client, Ensemble,
    Kind::{self, Apache, Ours},
    Options,
};

/// A voter's ports on this host.
#[derive(Clone, Copy)]
struct Ports {
    sid: usize,
    quorum: u16,
    election: u16,
    client: u16,
}

impl Ports {
    fn free(sid: usize) -> Self {
        Self {
            sid,
            quorum: free_port(),
            election: free_port(),
            client: free_port(),
        }
    }

    fn line(self) -> String {
        let Self {
            sid,
            quorum,
            election,
            client,
        } = self;
        format!("server.{sid}=127.0.0.1:{quorum}:{election}:participant;127.0.0.1:{client}")
    }

    fn client(self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.client))
    }

    /// Whether all of them are open.
    fn are_open(self) -> bool {
        [self.quorum, self.election, self.client].map(is_open) == [true; 3]
    }
}

fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// All ports that a server's line names.
fn ports_in(line: &str) -> Vec<u16> {
    let parts = line.split([':', ';']);
    parts.filter_map(|part| part.parse().ok()).collect()
}

fn three(kinds: &[Kind; 3]) -> Ensemble {
    let options = Options {
        tick_ms: 500,
        settings: SETTINGS,
        ..Options::default()
    };
    Ensemble::led_by(3, kinds, &options)
}

/// A session where the member is by now.
fn client_at(ensemble: &mut Ensemble, address: SocketAddr) -> Client {
    let handle = ensemble.handle().clone();
    ensemble.wait("it serves where it has moved", |_| {
        Client::connect(&handle, address).ok()
    })
}

/// Moves a member and waits until it is there; the new configuration.
fn move_member(ensemble: &mut Ensemble, through: &Client, to: Ports) -> String {
    let from = ports_in(&ensemble.member(to.sid).joining_line("participant"));
    let text = reconfig(through, Some(&to.line()), None);
    ensemble.wait("all its new ports are open", |_| {
        to.are_open().then_some(())
    });
    ensemble.wait("its old ports are closed", |_| {
        (!from.iter().any(|port| is_open(*port))).then_some(())
    });
    text
}

/// Back where the ensemble's files had it at first, which is where checks look for it.
fn move_back(ensemble: &mut Ensemble, through: &Client, sid: usize) {
    let line = ensemble.member(sid).joining_line("participant");
    // A leader that moves hands over, and its followers let their clients go.
    let _ = through.reconfig(Some(&line), None);
    ensemble.wait("it has moved back", |_| {
        let ports = ports_in(&line);
        ports.iter().all(|port| is_open(*port)).then_some(())
    });
    ensemble.wait_settled();
}

#[test]
fn a_follower_listens_where_it_is_moved() {
    let mut ensemble = three(&[Ours; 3]);
    let writer = ensemble.writer("writer", &[2, 3]);
    let stays = ensemble.client(1);
    let asks = ensemble.client(2);
    let there = Ports::free(1);
    let text = move_member(&mut ensemble, &asks, there);
    assert_eq!(stays.read(CONFIG), Some(text.clone().into_bytes()));
    let moved = client_at(&mut ensemble, there.client());
    assert_eq!(moved.read(CONFIG), Some(text.into_bytes()));
    let conf = words::ask(there.client(), "conf");
    for (key, port) in [
        ("clientPort", there.client),
        ("quorumPort", there.quorum),
        ("electionPort", there.election),
    ] {
        assert!(conf.contains(&format!("{key}={port}\n")), "{key}: {conf}");
    }
    moved.close();

    // A restart finds it there too.
    ensemble.kill(1);
    drop(stays);
    ensemble.start(1);
    client_at(&mut ensemble, there.client()).close();
    writer.wait_for_more(20);
    move_back(&mut ensemble, &asks, 1);
    let record = writer.finish();
    assert_eq!(record.lost_sessions, 0, "the writer's session was lost");
    ensemble.assert_agreed(&[&record]);
}

/// Its followers find it at its new ports when it leads again.
#[test]
fn a_leader_that_moves_hands_over_and_leads_again_from_there() {
    let mut ensemble = three(&[Ours; 3]);
    let writer = ensemble.writer("writer", &[1, 2]);
    let asks = ensemble.client(1);
    let there = Ports::free(3);
    // The reply may be lost with the leader.
    let _ = asks.reconfig(Some(&there.line()), None);
    ensemble.wait("all its new ports are open", |_| {
        there.are_open().then_some(())
    });
    let next = ensemble.wait("another leads", |ensemble| ensemble.leader_among(&[1, 2]));
    ensemble.wait("it follows", |_| {
        let said = words::srvr(there.client())?;
        (said.mode == Mode::Follower).then_some(())
    });
    writer.wait_for_more(20);
    writer.hold(true);

    ensemble.kill(next);
    ensemble.wait("it leads again", |_| {
        let said = words::srvr(there.client())?;
        (said.mode == Mode::Leader).then_some(())
    });
    writer.hold(false);
    writer.wait_for_more(20);
    ensemble.start(next);
    ensemble.client(next).close();
    drop(asks);
    let asks = ensemble.client(next);
    move_back(&mut ensemble, &asks, 3);
    let record = writer.finish();
    assert_eq!(record.lost_sessions, 0, "the writer's session was lost");
    ensemble.assert_agreed(&[&record]);
}

#[test]
#[ignore = "starts Apache: see main.rs"]
fn ours_moves_as_apaches_leader_says() {
    let mut ensemble = three(&[Ours, Apache, Apache]);
    let asks = ensemble.client(3);
    let there = Ports::free(1);
    let text = move_member(&mut ensemble, &asks, there);
    let moved = client_at(&mut ensemble, there.client());
    assert_eq!(moved.read(CONFIG), Some(text.into_bytes()));

    // The two that are left find each other at the new ports.
    ensemble.kill(3);
    ensemble.wait("Apache's other member leads", |ensemble| {
        ensemble.leader_among(&[2])
    });
    client_at(&mut ensemble, there.client()).make("/there");
    ensemble.start(3);
    let asks = ensemble.client(2);
    move_back(&mut ensemble, &asks, 1);
    ensemble.assert_agreed(&[]);
}
