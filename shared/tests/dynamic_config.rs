//! Dynamic configurations: `/zookeeper/config` as Apache prints it, and its reading.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, HostPort, Role, ServerSpec},
};

/// Given to Apache 3.8.0 as a zoo.cfg (with `multiAddress.enabled`) ...
const GIVEN: &str = "\
server.1=127.0.0.1:29372:29373:participant
server.2=[::1]:29374:29375:observer;[2001:db8::7]:2181
server.17=zoo17.invalid:1:2:observer;2181
server.46=b.invalid:1:2|a.invalid:3:4:observer;c.invalid:9
server.100=127.0.0.1:1:2:observer
server.20=127.0.0.1:3:4:OBSERVER
server.12884901888=127.0.0.1:5:6:observer
server.720896=127.0.0.1:7:8:observer
server.70001=127.0.0.1:9:10:observer
server.5=127.0.0.1:11:12:observer
server.6=127.0.0.1:11:12:observer
server.7=127.0.0.1:11:12:observer
server.8=127.0.0.1:11:12:observer
server.9=127.0.0.1:11:12:observer
group.1=1:100:2
group.18=46
weight.1=5
weight.100=1
weight.2=0
weight.46=0
";

/// ... which then printed this in `/zookeeper/config`.
const PRINTED: &str = "\
server.1=127.0.0.1:29372:29373:participant
server.2=[0:0:0:0:0:0:0:1]:29374:29375:observer;[2001:db8:0:0:0:0:0:7]:2181
server.12884901888=127.0.0.1:5:6:observer
server.100=127.0.0.1:1:2:observer
server.5=127.0.0.1:11:12:observer
server.6=127.0.0.1:11:12:observer
server.7=127.0.0.1:11:12:observer
server.8=127.0.0.1:11:12:observer
server.9=127.0.0.1:11:12:observer
server.720896=127.0.0.1:7:8:observer
server.46=a.invalid:3:4|b.invalid:1:2:observer;c.invalid:9
server.70001=127.0.0.1:9:10:observer
server.17=zoo17.invalid:1:2:observer;0.0.0.0:2181
server.20=127.0.0.1:3:4:observer
group.1=1:2:100
group.18=46
weight.1=5
weight.2=0
weight.100=1
weight.46=0
version=0";

fn server(text: &str) -> Result<ServerSpec, String> {
    text.parse()
        .map_err(|error: zoowarden_shared::config::ServerSpecError| error.to_string())
}

#[test]
fn a_configuration_prints_as_apache_prints_it() {
    let given = DynamicConfig::parse(GIVEN, "zoo.cfg").unwrap();
    assert_eq!(given.to_string(), PRINTED);
    let printed = DynamicConfig::parse(PRINTED, "/zookeeper/config").unwrap();
    assert_eq!(printed.to_string(), PRINTED);
}

#[test]
fn client_addresses_are_found() {
    let config = DynamicConfig::parse_lenient(PRINTED);
    let addresses: Vec<_> = config
        .client_addresses()
        .map(|(sid, address)| (sid.0, address.to_string()))
        .collect();
    let expected = [
        (2, "[2001:db8:0:0:0:0:0:7]:2181"),
        (17, "0.0.0.0:2181"),
        (46, "c.invalid:9"),
    ];
    assert_eq!(
        addresses,
        expected.map(|(sid, text)| (sid, text.to_owned()))
    );
    assert!(
        config.servers[&Sid(17)]
            .client_address
            .as_ref()
            .unwrap()
            .is_any()
    );
}

#[test]
fn lines_of_versions_to_come_are_passed_over_by_those_who_only_look() {
    let config = DynamicConfig::parse_lenient(
        "server.1=a:1:2:participant;0.0.0.0:2181\nlease.1=9\nserver.2=quic://b\nversion=1000000a5",
    );
    assert_eq!(
        config.servers.keys().map(|sid| sid.0).collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(config.version, 0x1_0000_00a5);
    assert_eq!(DynamicConfig::parse_lenient("").servers.len(), 0);
}

#[test]
fn client_parts_may_be_left_out() {
    let spec = server("a:1:2").unwrap();
    assert_eq!((spec.role, spec.client_address), (Role::Participant, None));
    let spec = server("a:1:2;").unwrap();
    assert_eq!(spec.client_address, None);
    // Since 3.10 a TLS address may follow, even without a plain one.
    let spec = server("a:1:2:observer;;0.0.0.0:2281").unwrap();
    assert_eq!(spec.secure_client_address, Some(HostPort::any(2281)));
    assert_eq!(spec.to_string(), "a:1:2:observer;;0.0.0.0:2281");
}

#[test]
fn several_addresses_are_ordered_by_what_java_makes_of_their_hosts() {
    let spec = server("127.0.0.1:1:101|[::ffff:0.0.0.0]:2:102").unwrap();
    assert_eq!(
        spec.to_string(),
        "0.0.0.0:2:102|127.0.0.1:1:101:participant"
    );
}

#[test]
fn malformed_servers_say_what_was_expected() {
    for (text, part) in [
        ("", "host:quorum_port"),
        ("a:1", "host:quorum_port"),
        ("[::1:1:2", "host:quorum_port"),
        (":1:2", "host:quorum_port"),
        ("[[a]:1:2", "host:quorum_port"),
        ("a\\b:1:2", "host:quorum_port"),
        ("a:1:70000", "a port number"),
        ("a:1:2;b:c", "[host:]client_port"),
        ("a:1:2;1;2;3", "host:quorum_port"),
        ("a:1:2:observer|b:1:2:participant", "the same role"),
    ] {
        let error = server(text).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn groups_and_weights_must_fit_the_servers() {
    let servers = "server.1=a:1:2\nserver.2=b:1:2\n";
    for (lines, message) in [
        ("group.1=1", "c:3: server 2 is in no group"),
        (
            "group.1=1:2\ngroup.2=2",
            "c:4: group.2: server 2 is in more than one group",
        ),
        (
            "group.1=1:2:3",
            "c:3: server 3 of a group is no participant",
        ),
        (
            "group.1=1:b",
            "c:3: group.1: expected server ids with colons between, found \"b\"",
        ),
        (
            "group.1=1:2\nweight.1=-1",
            "c:4: weight.1: expected a weight, 0 or more, found \"-1\"",
        ),
        (
            "version=xyz",
            "c:3: version: expected hexadecimal digits, found \"xyz\"",
        ),
    ] {
        let error = DynamicConfig::parse(&format!("{servers}{lines}"), "c").unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let whole = DynamicConfig::parse(&format!("{servers}group.7=1:2"), "c").unwrap();
    assert_eq!(whole.weights.values().collect::<Vec<_>>(), [&1, &1]);
}

#[test]
fn a_dynamic_files_version_is_in_its_name() {
    let text = "server.1=a:1:2\n";
    for (name, version) in [
        ("zoo.cfg.dynamic.100000000", 0x1_0000_0000),
        ("zoo.cfg.dynamic", 0),
        ("plain", 0),
    ] {
        assert_eq!(
            DynamicConfig::parse_file(text, name).unwrap().version,
            version
        );
    }
    let error = DynamicConfig::parse_file("server.1=a:1:2\nversion=1", "d.1").unwrap_err();
    assert_eq!(
        error.to_string(),
        "d.1:2: version: expected the version in the file's name, not in the file"
    );
}
