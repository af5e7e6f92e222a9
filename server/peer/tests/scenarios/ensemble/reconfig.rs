//! Members change while clients go on: who may ask for it, what is answered, and what all show.

use zoowarden_shared::{
    ErrorCode, Sid,
    proto::{OpCode, ReconfigRequest, Request, Response},
};

use super::network::{Network, clients::Client};
use crate::support::client::create;

const CONFIG: &str = "/zookeeper/config";

/// Three voters and an observer; reconfig is allowed to everybody.
fn network() -> (Network, Sid) {
    let mut network = Network::with_observers(4, 1, |config| {
        config.reconfig_enabled = true;
        config.skip_acl = true;
        if let Some(replication) = &mut config.replication {
            replication.reconfig_enabled = true;
        }
    });
    let leader = network.settle_leader();
    (network, leader)
}

fn incremental(joining: Option<&str>, leaving: Option<&str>) -> ReconfigRequest {
    ReconfigRequest {
        joining: joining.map(str::to_owned),
        leaving: leaving.map(str::to_owned),
        new_members: None,
        current_config_id: -1,
    }
}

fn line(sid: i64, role: &str) -> String {
    format!("server.{sid}=m{sid}:2888:3888:{role};2181")
}

/// The text that a successful reconfig answers.
fn reconfig(network: &mut Network, client: &mut Client, request: ReconfigRequest) -> String {
    let reply = network.call(client, &Request::Reconfig(request));
    assert_eq!(reply.err, ErrorCode::Ok);
    match reply.response(OpCode::Reconfig) {
        Response::Data(response) => {
            assert_eq!(response.stat.mzxid, reply.zxid);
            assert_eq!(response.stat.version, -1);
            String::from_utf8(response.data.unwrap().to_vec()).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn assert_all_show(network: &mut Network, sids: &[Sid], text: &str) {
    network.run_ms(2000);
    for sid in sids {
        let mut client = network.connect(*sid);
        let shown = network.data(&mut client, CONFIG);
        assert_eq!(shown, text.as_bytes(), "member {sid}");
    }
}

#[test]
fn an_observer_is_promoted_through_a_follower() {
    let (mut network, leader) = network();
    let followers = network.others(leader);
    let mut client = network.connect(followers[0]);
    let request = incremental(Some(&line(4, "participant")), None);
    let text = reconfig(&mut network, &mut client, request);
    assert!(
        text.contains("server.4=m4:2888:3888:participant;"),
        "{text}"
    );
    let sids = network.sids();
    assert_all_show(&mut network, &sids, &text);
    assert_eq!(network.mode(Sid(4)), "follower");
    network.ok(&mut client, &create("/after"));
    network.assert_converged();
}

#[test]
fn a_leader_that_leaves_has_answered_before() {
    let (mut network, leader) = network();
    let mut client = network.connect(leader);
    network.ok(&mut client, &create("/before"));
    let leaving = leader.to_string();
    let text = reconfig(&mut network, &mut client, incremental(None, Some(&leaving)));
    let next = network.settle_leader();
    assert_ne!(next, leader);
    let sids = network.sids();
    assert_all_show(&mut network, &sids, &text);
    let mut client = network.move_to(&client, next);
    network.ok(&mut client, &create("/after"));
    network.assert_converged();
}

#[test]
fn a_restart_begins_with_the_new_members() {
    let (mut network, leader) = network();
    let mut client = network.connect(leader);
    let leaving = network.others(leader)[0];
    let request = incremental(None, Some(&leaving.to_string()));
    let text = reconfig(&mut network, &mut client, request);
    network.run_ms(500);
    let stay = network.others(leaving);
    for sid in network.sids() {
        network.crash(sid);
    }
    for sid in &stay {
        network.start(*sid);
    }
    network.settle_leader();
    assert_all_show(&mut network, &stay, &text);
}

#[test]
fn what_cannot_be_is_refused_as_apache_refuses_it() {
    let (mut network, leader) = network();
    let mut client = network.connect(leader);
    let absent = |sid| line(sid, "participant");
    let many = (5..=9).map(absent).collect::<Vec<_>>().join(",");
    let conditional = ReconfigRequest {
        current_config_id: 7,
        ..incremental(None, Some("4"))
    };
    for (request, err) in [
        (conditional, ErrorCode::BadVersion),
        (incremental(None, Some("1,2")), ErrorCode::BadArguments),
        (incremental(Some(&many), None), ErrorCode::NewConfigNoQuorum),
    ] {
        let answered = network.err(&mut client, &Request::Reconfig(request.clone()));
        assert_eq!(answered, err, "{request:?}");
    }
}

#[test]
fn one_reconfig_at_a_time() {
    let (mut network, leader) = network();
    let mut client = network.connect(leader);
    network.auto_flush(&network.sids(), false);
    let request = Request::Reconfig(incremental(None, Some("4")));
    network.post(&mut client, &request);
    network.post(&mut client, &request);
    network.auto_flush(&network.sids(), true);
    network.run_ms(500);
    let replies = network.replies(&client);
    let errors: Vec<_> = replies.iter().map(|reply| reply.err).collect();
    assert_eq!(errors, [ErrorCode::Ok, ErrorCode::ReconfigInProgress]);
}

#[test]
fn reconfig_is_for_those_who_may() {
    let mut network = Network::new();
    let leader = network.settle_leader();
    let mut client = network.connect(leader);
    let request = Request::Reconfig(incremental(None, Some("1")));
    let disabled = network.err(&mut client, &request);
    assert_eq!(disabled, ErrorCode::ReconfigDisabled);
    let mut network = Network::with(4, |config| config.reconfig_enabled = true);
    let leader = network.settle_leader();
    let mut client = network.connect(leader);
    let denied = network.err(&mut client, &request);
    assert_eq!(denied, ErrorCode::NoAuth);
}
