//! What is read from files, what is refused, and what the peer is told of it.

use std::fs;

use zoowarden_shared::config::{HostPort, Role};

use super::*;
use crate::reconfig::PeerPort;

/// Reads this zoo.cfg, whose data directory holds the given `myid`.
fn read(text: &str, myid: Option<&str>) -> anyhow::Result<Configured> {
    let directory = tempfile::tempdir()?;
    if let Some(myid) = myid {
        fs::write(directory.path().join("myid"), myid)?;
    }
    let file = directory.path().join("zoo.cfg");
    fs::write(
        &file,
        format!("dataDir={}\n{text}", directory.path().display()),
    )?;
    Configured::read(&file, &[])
}

fn refusal(text: &str) -> String {
    format!("{:#}", read(text, None).unwrap_err())
}

#[test]
fn a_plain_port_is_never_opened_in_the_place_of_a_secure_one() {
    let refused = refusal("secureClientPort=2281\n");
    assert!(refused.contains("secureClientPort 2281"), "{refused}");
    let both = read("secureClientPort=2281\nclientPort=2181\n", None).unwrap();
    assert_eq!(both.config.client_address.unwrap().port, 2181);
    let warned = both.config.warnings.iter();
    assert_eq!(warned.filter(|w| w.key == "secureClientPort").count(), 1);
}

/// Three voters and an observer.
fn ensemble() -> String {
    let server = |n: u16| format!("server.{n}=localhost:{}:{}", 2888 + n, 3888 + n);
    format!(
        "initLimit=10\nsyncLimit=5\n{}\n{}\n{}:participant;2183\n{}:observer\n",
        server(1),
        server(2),
        server(3),
        server(4)
    )
}

#[test]
fn one_voter_is_standalone() {
    let text = "clientPort=2181\nserver.1=localhost:2888:3888\n";
    let one = read(text, Some("1\n")).unwrap();
    assert_eq!(one.sid, Sid(1));
    assert_eq!(one.peer_config().replication, None);
    assert_eq!(one.peer_config().config_node, None);
    assert!(one.own_addresses(PeerPort::Quorum).is_empty());
}

#[test]
fn a_member_of_an_ensemble_is_told_its_part_in_it() {
    let text = format!("tickTime=500\nclientPort=2181\n{}", ensemble());
    let member = read(&text, Some("2")).unwrap();
    let config = member.peer_config();
    let replication = config.replication.unwrap();
    assert_eq!((replication.sid, config.sid), (Sid(2), Sid(2)));
    assert_eq!(replication.role, Role::Participant);
    assert_eq!(
        (replication.tick_time_ms, replication.init_limit_ticks),
        (500, 10)
    );
    assert_eq!(
        (replication.sync_limit_ticks, replication.heartbeat_ms),
        (5, 100)
    );
    let node = config.config_node.unwrap();
    assert!(node.starts_with("server.1=localhost:2889:3889:participant\n"));
    assert!(node.ends_with("\nversion=0"), "{node}");
    let quorum = member.own_addresses(PeerPort::Quorum);
    assert_eq!(quorum, [HostPort::new("localhost", 2890)]);

    let observer = read(&text, Some("4")).unwrap();
    assert_eq!(
        observer.peer_config().replication.unwrap().role,
        Role::Observer
    );
    assert_eq!(observer.config.ensemble.peer_type, Role::Observer);
}

#[test]
fn the_own_line_may_give_the_client_address() {
    let third = read(&ensemble(), Some("3")).unwrap();
    assert_eq!(third.config.client_address, Some(HostPort::any(2183)));
    let first = format!("{:#}", read(&ensemble(), Some("1")).unwrap_err());
    assert!(first.contains("expected a clientPort"), "{first}");
}

#[test]
fn a_member_must_know_who_it_is() {
    let text = format!("clientPort=2181\n{}", ensemble());
    let nobody = refusal(&text);
    assert!(nobody.contains("/myid: expected a file with"), "{nobody}");
    assert!(nobody.contains("server.1, server.2"), "{nobody}");
    let stranger = format!("{:#}", read(&text, Some("7")).unwrap_err());
    assert!(stranger.contains("/myid: expected one of"), "{stranger}");
    assert!(stranger.ends_with("found 7"), "{stranger}");
}

#[test]
fn all_addresses_of_this_machine_are_listened_on_where_asked() {
    let text = format!("quorumListenOnAllIPs=true\nclientPort=2181\n{}", ensemble());
    let member = read(&text, Some("1")).unwrap();
    let election = member.own_addresses(PeerPort::Election);
    assert_eq!(election, [HostPort::any(3889)]);
}

#[test]
fn a_member_behind_a_mapped_port_listens_where_it_is_told() {
    let text = format!(
        "zoowarden.electionListenAddress=10.0.0.7:13888\nclientPort=2181\n{}",
        ensemble()
    );
    let member = read(&text, Some("1")).unwrap();
    let election = member.own_addresses(PeerPort::Election);
    assert_eq!(election, [HostPort::new("10.0.0.7", 13_888)]);
    let quorum = member.own_addresses(PeerPort::Quorum);
    assert_eq!(quorum, [HostPort::new("localhost", 2889)]);
    // What it tells the others is its line.
    let introduced = member.introduced_members();
    assert_eq!(introduced.servers[&Sid(1)].addresses[0].election_port, 3889);
    let any_port = format!(
        "zoowarden.quorumListenAddress=0\nclientPort=2181\n{}",
        ensemble()
    );
    assert!(refusal(&any_port).contains("no port 0"));
}

#[test]
fn bytes_that_are_no_utf_8_are_latin_1_as_in_java() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("zoo.cfg");
    fs::write(&file, b"# caf\xe9\ndataDir=/d\xe9\nclientPort=2181\n").unwrap();
    let read = Configured::read(&file, &[]).unwrap();
    assert_eq!(read.config.data_dir, Path::new("/d\u{e9}"));
}

#[test]
fn what_is_wrong_is_said_with_its_file_and_line() {
    let refused = refusal("clientPort=twentyone\n");
    assert!(refused.contains("zoo.cfg:2: clientPort"), "{refused}");
    let missing = Configured::read(Path::new("no/such/zoo.cfg"), &[]).unwrap_err();
    assert!(format!("{missing:#}").starts_with("no/such/zoo.cfg: cannot read"));
    let nothing = refusal("tickTime=2000\n");
    assert!(nothing.contains("expected a clientPort"), "{nothing}");
}
