//! What is made of a member's answers, whatever it keeps shut.

use zoowarden_shared::{Sid, Zxid, admin::Role};

use super::*;
use crate::source::fake::{golden, member, only_srvr, serve};

async fn polled(address: &str) -> (Doors, Found) {
    // Nobody listens there: a member without an AdminServer.
    let mut doors = Doors::new(address, AdminPorts::same(1), Reach::default());
    let found = doors.poll(&LoadMeter::default()).await;
    (doors, found)
}

#[tokio::test]
async fn srvr_alone_tells_role_and_zxid_and_the_rest_names_its_line() {
    let (_, found) = polled(&member(only_srvr).await).await;
    let Outcome::Serving { facts, via } = found.outcome else {
        panic!("{found:?}")
    };
    assert_eq!((facts.role, via), (Some(Role::Leader), Via::Srvr));
    assert_eq!(facts.zxid, Some(Zxid(0x1_0000_0008)));
    let lines: Vec<&str> = found
        .closed
        .iter()
        .map(|closed| closed.line.as_str())
        .collect();
    assert_eq!(
        lines,
        [
            "4lw.commands.whitelist=srvr,mntr,conf,cons,dump",
            "admin.enableServer=true"
        ]
    );
}

#[tokio::test]
async fn open_words_tell_more_the_id_and_the_configuration() {
    let address = member(|word| match word {
        "srvr" => Some(golden::SRVR.to_owned()),
        "mntr" => Some(golden::MNTR.to_owned()),
        "conf" => Some(golden::CONF.to_owned()),
        _ => None,
    });
    let (_, found) = polled(&address.await).await;
    let Outcome::Serving { facts, via } = found.outcome else {
        panic!("{found:?}")
    };
    assert_eq!(via, Via::Mntr);
    assert_eq!(facts.peer_state.as_deref(), Some("leading - broadcast"));
    assert_eq!(
        facts.zxid,
        Some(Zxid(0x1_0000_0008)),
        "mntr tells none, srvr does"
    );
    assert_eq!(found.sid, Some(Sid(2)));
    assert_eq!(found.config.map(|config| config.voters().count()), Some(3));
}

#[tokio::test]
async fn a_member_of_ours_says_where_its_admin_server_is() {
    let address = member(|word| match word {
        "srvr" => Some(golden::SRVR.to_owned()),
        "mntr" => Some("zk_version\t3.9.4-zoowarden-0.1.0\nzk_zoowarden_admin_port\t2\n".into()),
        _ => None,
    });
    let (mut doors, found) = polled(&address.await).await;
    assert!(found.closed.is_empty(), "{found:?}");
    assert_eq!(doors.admin_address, "127.0.0.1:2");
    let found = doors.poll(&LoadMeter::default()).await;
    let told = &found.closed[0].what;
    assert!(told.contains("127.0.0.1:2: nobody answers there"), "{told}");
    assert!(told.contains("--admin-port PORT"), "{told}");
}

#[tokio::test]
async fn a_member_that_does_not_serve_is_alive() {
    let (_, found) = polled(&member(|_| Some(golden::NOT_SERVING.to_owned())).await).await;
    assert_eq!(found.outcome, Outcome::NotServing);
    assert!(found.round_trip.is_some(), "it answered");
}

#[tokio::test]
async fn all_words_shut_is_alive_too() {
    let shut = |word: &str| {
        Some(format!(
            "{word} is not executed because it is not in the whitelist.\n"
        ))
    };
    let (_, found) = polled(&member(shut).await).await;
    assert_eq!(found.outcome, Outcome::Shut);
}

#[tokio::test]
async fn silence_of_each_kind_is_told_apart() {
    let hangs = polled(&member(|_| None).await).await.1;
    assert_eq!(hangs.outcome, Outcome::Silent(Fault::Hangs));
    let slip = polled("no-such-host.invalid:2181").await.1;
    assert_eq!(slip.outcome, Outcome::Silent(Fault::NoSuchHost));
    let hangs_up = polled(&member(|_| Some(String::new())).await).await.1;
    assert_eq!(hangs_up.outcome, Outcome::Silent(Fault::HungUp));
    let web = polled(&member(|_| Some("HTTP/1.1 400 Bad Request\r\n".to_owned())).await)
        .await
        .1;
    assert!(
        matches!(web.outcome, Outcome::Silent(Fault::Garbled(_))),
        "{web:?}"
    );
    let nobody = polled("127.0.0.1:1").await.1;
    assert_eq!(nobody.outcome, Outcome::Silent(Fault::Refused));
}

#[tokio::test]
async fn shut_words_are_not_asked_again_at_every_poll() {
    let load = LoadMeter::default();
    let mut doors = Doors::new(
        &member(only_srvr).await,
        AdminPorts::same(1),
        Reach::default(),
    );
    for _ in 0..11 {
        doors.poll(&load).await;
    }
    // Each try of a shut word is a line in the member's log: srvr 11 times, and the
    // AdminServer, mntr and conf once each.
    assert_eq!(load.requests_so_far(), 11 + 3);
}

/// A member of Apache's was replaced by one of ours on the same ports: for half a minute it
/// was asked through the doors that the other had left open.
#[tokio::test]
async fn what_was_gone_and_answers_again_has_its_doors_tried_anew() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let first = serve(listener, only_srvr);
    let load = LoadMeter::default();
    let mut doors = Doors::new(&address.to_string(), AdminPorts::same(1), Reach::default());
    let via = |found: &Found| match &found.outcome {
        Outcome::Serving { via, .. } => Ok(*via),
        other => Err(other.clone()),
    };
    assert_eq!(via(&doors.poll(&load).await), Ok(Via::Srvr));
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let gone = doors.poll(&load).await;
    assert_eq!(gone.outcome, Outcome::Silent(Fault::Refused));
    let again = tokio::net::TcpListener::bind(address).await.unwrap();
    serve(again, |word| {
        Some(match word {
            "mntr" => golden::MNTR.to_owned(),
            _ => golden::SRVR.to_owned(),
        })
    });
    doors.poll(&load).await;
    assert_eq!(via(&doors.poll(&load).await), Ok(Via::Mntr));
}

/// One that was started anew and has no leader yet tells by its beats alone that it has no vote.
#[test]
fn a_member_of_ours_is_listened_to_while_it_does_not_serve_too() {
    let found = |outcome| Found {
        outcome,
        ..Found::nothing()
    };
    let serving = |version: &str, via| {
        let version = Some(version.to_owned());
        let facts = Box::new(MemberReport {
            version,
            ..MemberReport::default()
        });
        found(Outcome::Serving { facts, via })
    };
    for (served, is_ours) in [
        (serving("3.9.4-zoowarden-0.1.0", Via::AdminServer), true),
        (serving("3.9.4-zoowarden-0.1.0", Via::Mntr), false),
        (serving("3.8.0", Via::AdminServer), false),
    ] {
        let mut doors = Doors::new("zk1:2181", AdminPorts::same(1), Reach::default());
        let still = found(Outcome::NotServing);
        assert_eq!(doors.stream_address(&still), None, "nothing is known yet");
        assert_eq!(doors.stream_address(&served).is_some(), is_ours);
        assert_eq!(doors.stream_address(&still).is_some(), is_ours);
    }
}
