//! Looks at ensembles that the test plays, by Apache's own answers.

use std::{collections::BTreeMap, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use zoowarden_client::Connector;
use zoowarden_shared::{Sid, admin::verdict::Verdict};

use super::{Picture, gather::Gatherer, table};
use crate::model::memory::{Memory, RememberedMember};

const DEADLINE: Duration = Duration::from_secs(5);
const NOT_SERVING: &str = "This ZooKeeper instance is not currently serving requests\n";

fn srvr(role: &str, zxid: &str) -> String {
    format!(
        "Zookeeper version: 3.8.0-abc, built on 2024-12-29 17:54 UTC\n\
         Latency min/avg/max: 0/0.5/6\nReceived: 157\nSent: 160\nConnections: 3\n\
         Outstanding: 0\nZxid: {zxid}\nMode: {role}\nNode count: 9\n"
    )
}

/// A member that answers every word by this text, and hangs up on every session.
async fn play(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut word = [0; 4];
            if stream.read_exact(&mut word).await.is_ok() && word.is_ascii() && word[0] != 0 {
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    });
    addr
}

async fn picture(seeds: Vec<String>, deadline: Duration) -> Picture {
    let mut gatherer = Gatherer::new(Connector::default(), seeds, BTreeMap::new());
    gatherer.picture(deadline).await
}

/// An address where nobody listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn an_ensemble_with_a_member_down_is_degraded() {
    let leader = play(srvr("leader", "0x200000007")).await;
    let follower = play(srvr("follower", "0x200000005")).await;
    let down = nobody().await;
    let seeds = vec![follower.clone(), leader.clone(), down.clone()];
    let picture = picture(seeds, DEADLINE).await;
    assert_eq!(picture.verdict, Verdict::Degraded);
    assert_eq!(picture.leader, Some(leader.clone()));
    assert_eq!((picture.voters, picture.voters_serving), (3, 2));
    let line = |addr: &str| {
        let found = picture.members.iter().find(|m| m.address == addr);
        found.cloned().unwrap()
    };
    assert_eq!(line(&follower).lag, Some(2));
    assert_eq!(line(&leader).epoch, Some(2));
    assert_eq!(line(&leader).znode_count, Some(9));
    assert_eq!(line(&down).reachable, Some(false));
    assert_eq!(line(&down).note.as_deref(), Some("connection refused"));

    let text = table::text(&picture);
    assert!(text.starts_with(&format!("{down} is down; 2 of 3 voters serve")));
    let json = serde_json::to_value(&picture).unwrap();
    assert_eq!(json["verdict"], "degraded");
    assert_eq!(json["members"][1]["zxid"], "0x200000007");
}

#[tokio::test]
async fn members_without_a_quorum_say_so() {
    let seeds = vec![
        play(NOT_SERVING.to_owned()).await,
        play(NOT_SERVING.to_owned()).await,
        nobody().await,
    ];
    let picture = picture(seeds, DEADLINE).await;
    assert_eq!(picture.verdict, Verdict::NoQuorum);
    assert_eq!(picture.leader, None);
    assert_eq!(picture.members[0].reachable, Some(true));
    assert_eq!(picture.members[0].serving, Some(false));
}

#[tokio::test]
async fn where_nobody_tells_who_they_are_an_earlier_console_may_have_seen_it() {
    let (first, second) = (play(NOT_SERVING.to_owned()).await, nobody().await);
    let port = |address: &str| address.rsplit_once(':').unwrap().1.to_owned();
    let member = |sid, address: &str, role: &str| RememberedMember {
        address: address.to_owned(),
        sid: Some(sid),
        role: Some(role.to_owned()),
        zxid: Some("0x500000007".to_owned()),
        seen_wall_ms: 0,
    };
    let memory = Memory {
        saved_wall_ms: 0,
        config: format!(
            "server.1=127.0.0.1:1:2:participant;127.0.0.1:{}\n\
             server.2=127.0.0.1:3:4:participant;127.0.0.1:{}\nversion=0\n",
            port(&first),
            port(&second)
        ),
        members: vec![member(1, &first, "follower"), member(2, &second, "leader")],
    };
    let mut gatherer = Gatherer::new(Connector::default(), vec![first.clone()], BTreeMap::new());
    gatherer.remember(memory.clone());
    let picture = gatherer.picture(DEADLINE).await;
    assert_eq!(picture.verdict, Verdict::NoQuorum);
    let ids: Vec<_> = picture.members.iter().map(|one| one.id).collect();
    assert_eq!(ids, [Some(Sid(1)), Some(Sid(2))]);
    let text = table::text(&picture);
    assert!(
        text.starts_with(&format!(
            "No quorum: 2 {second} is down, 1 {first} is alive"
        )),
        "the id, and the address beside it: {text}"
    );
    assert!(
        text.contains(&format!(
            "\n2 {second}: connection refused; leader at 0x500000007 when "
        )),
        "{text}"
    );
    assert!(
        text.contains("leader at 0x500000007 when last seen, "),
        "{text}"
    );
    assert!(text.contains("as a console saw them "), "{text}");

    // Whoever serves tells it anew.
    let alone = play(srvr("standalone", "0x7")).await;
    let mut gatherer = Gatherer::new(Connector::default(), vec![alone], BTreeMap::new());
    gatherer.remember(Memory::default());
    let picture = gatherer.picture(DEADLINE).await;
    assert_eq!(picture.members.len(), 1, "{picture:?}");
}

#[tokio::test]
async fn where_nobody_answers_nothing_can_be_told() {
    let picture = picture(vec![nobody().await], DEADLINE).await;
    assert_eq!(picture.verdict, Verdict::Unknown);
}

#[tokio::test]
async fn what_is_no_zookeeper_is_no_member() {
    let seeds = vec![play("HTTP/1.1 400 Bad Request\r\n\r\n".to_owned()).await];
    let picture = picture(seeds, DEADLINE).await;
    assert_eq!(picture.verdict, Verdict::Unknown);
    let note = picture.members[0].note.as_deref();
    assert_eq!(note, Some("its answer is no ZooKeeper's"));
}

#[tokio::test]
async fn a_closed_word_is_told_with_the_line_that_opens_it() {
    let closed = "srvr is not executed because it is not in the whitelist.\n";
    let picture = picture(vec![play(closed.to_owned()).await], DEADLINE).await;
    assert_eq!(picture.verdict, Verdict::Unknown);
    assert_eq!(picture.members[0].reachable, Some(true));
    let note = picture.members[0].note.clone().unwrap();
    assert!(note.contains("4lw.commands.whitelist=srvr"), "{note}");
}

#[tokio::test]
async fn the_table_is_aligned() {
    let seeds = vec![
        play(srvr("leader", "0x200000007")).await,
        play(srvr("follower", "0x200000005")).await,
    ];
    let text = table::text(&picture(seeds, DEADLINE).await);
    let rows: Vec<&str> = text.lines().skip(2).take(3).collect();
    let column = rows[0].find("state").unwrap();
    assert!(rows[1][column..].starts_with("leader"), "{text}");
    assert!(rows[2][column..].starts_with("follower"), "{text}");
}
