//! Configuration files as an operator writes them: what they come to, and what is said of
//! those that are wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use std::path::PathBuf;

use zoowarden_shared::{
    Sid,
    config::{
        ConfigFormat, FourLetterWhitelist, HostPort, Role, ServerConfig, SnapshotCompression,
        parse_myid,
    },
};

fn zoo_cfg(text: &str) -> Result<ServerConfig, String> {
    assert_eq!(ConfigFormat::of(text), ConfigFormat::ZooCfg);
    ServerConfig::parse(text, "zoo.cfg", &[]).map_err(|error| error.to_string())
}

fn with_set(text: &str, set: &[&str]) -> Result<ServerConfig, String> {
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    ServerConfig::parse(text, "zoo.cfg", &set).map_err(|error| error.to_string())
}

#[test]
fn defaults_are_apaches() {
    let config = zoo_cfg("dataDir=/d\nclientPort=2181").unwrap();
    let expected = ServerConfig {
        data_dir: PathBuf::from("/d"),
        data_log_dir: PathBuf::from("/d"),
        client_address: Some(HostPort::any(2181)),
        ..ServerConfig::default()
    };
    assert_eq!(config, expected);
    assert_eq!(
        (config.tick_time_ms, config.limits.max_client_cnxns),
        (3000, 60)
    );
}

#[test]
fn session_timeouts_follow_the_tick_unless_given() {
    let config = zoo_cfg("dataDir=/d\ntickTime=500").unwrap();
    assert_eq!(
        (config.min_session_timeout_ms, config.max_session_timeout_ms),
        (1000, 10_000)
    );
    let config = zoo_cfg("dataDir=/d\ntickTime=500\nmaxSessionTimeout=2000").unwrap();
    assert_eq!(config.max_session_timeout_ms, 2000);
    assert_eq!(
        zoo_cfg("dataDir=/d\nminSessionTimeout=9000\nmaxSessionTimeout=8000").unwrap_err(),
        "zoo.cfg: minSessionTimeout: expected at most maxSessionTimeout, 8000, found 9000"
    );
}

#[test]
fn wrong_values_are_named_with_their_line_and_what_was_expected() {
    for (line, message) in [
        (
            "tickTime=abc",
            "tickTime: expected a number of milliseconds, 1 or more, found \"abc\"",
        ),
        (
            "tickTime=0",
            "tickTime: expected a number of milliseconds, 1 or more, found \"0\"",
        ),
        (
            "clientPort=65536",
            "clientPort: expected a port number from 0 to 65535, found \"65536\"",
        ),
        (
            "reconfigEnabled=yes",
            "reconfigEnabled: expected true or false, found \"yes\"",
        ),
        (
            "skipACL=true",
            "skipACL: expected yes or no, found \"true\"",
        ),
        (
            "peerType=voter",
            "peerType: expected participant or observer, found \"voter\"",
        ),
        (
            "electionAlg=1",
            "electionAlg: expected 3, the only election algorithm there is, found \"1\"",
        ),
        (
            "snapCount=1",
            "snapCount: expected a number of transactions, 2 or more, found \"1\"",
        ),
        (
            "server.x=h:1:2",
            "server.x: expected server.N with N a server's id, found \"x\"",
        ),
        (
            "server.1=h:1",
            "server.1: expected host:quorum_port:election_port[:participant|observer]\
             [;[host:]client_port], found \"h:1\"",
        ),
        (
            "server.1=h:1:2:boss",
            "server.1: expected participant or observer, found \"boss\"",
        ),
        (
            "server.1=h:1:1",
            "server.1: expected different quorum and election ports, found \"h:1:1\"",
        ),
        (
            "sessionRequireClientSASLAuth=true",
            "sessionRequireClientSASLAuth: not supported yet, \
             and without it clients could come in unauthenticated: expected false",
        ),
    ] {
        let error = zoo_cfg(&format!("dataDir=/d\n\n{line}\n")).unwrap_err();
        assert_eq!(error, format!("zoo.cfg:3: {message}"));
    }
    assert_eq!(
        zoo_cfg("clientPort=1").unwrap_err(),
        "zoo.cfg: dataDir: expected a directory, it is not set"
    );
    assert_eq!(
        zoo_cfg("dataDir=/d\nclientPortAddress=::1").unwrap_err(),
        "zoo.cfg: clientPortAddress: expected clientPort with it, which is not set; found \"::1\""
    );
}

#[test]
fn keys_that_are_not_supported_are_warnings_and_properties() {
    // As kazoo's test harness writes it.
    let config = zoo_cfg(
        "tickTime=2000\ndataDir=/d\nclientPort=20000\nsecureClientPort=20001\n\
         maxClientCnxns=0\nadmin.serverPort=20002\n\
         serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory\n\
         authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider\n\
         ssl.keyStore.location=/k.jks\nssl.keyStore.password=apassword\n\
         brandNew=1\ntickTime=2000\n",
    )
    .unwrap();
    let warnings: Vec<_> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "zoo.cfg:1: tickTime: given again on line 12, which counts",
            "zoo.cfg:7: serverCnxnFactory: there is one connection layer only: ignored",
            "zoo.cfg:8: authProvider.1: authentication providers cannot be added yet: ignored",
            "zoo.cfg:9: ssl.keyStore.location: TLS is not supported yet: ignored",
            "zoo.cfg:10: ssl.keyStore.password: TLS is not supported yet: ignored",
            "zoo.cfg:11: brandNew: not supported: ignored",
            "zoo.cfg: secureClientPort: TLS is not supported yet: the secure port is not opened",
        ]
    );
    assert!(!warnings.iter().any(|warning| warning.contains("apassword")));
    assert_eq!(config.client_address, Some(HostPort::any(20000)));
    assert_eq!(config.secure_client_address, Some(HostPort::any(20001)));
    assert_eq!(config.system_properties["brandNew"], "1");
    assert_eq!(config.admin.address, HostPort::any(20002));
}

#[test]
fn system_properties_come_with_and_without_their_prefix() {
    let set = [
        "zookeeper.snapCount=7",
        "jute.maxbuffer=4194304",
        "zookeeper.skipACL=yes",
        "readonlymode.enabled=true",
        "zookeeper.DigestAuthenticationProvider.superDigest=super:x=",
        "zookeeper.4lw.commands.whitelist=mntr, ruok",
        "zookeeper.snapshot.compression.method=gz",
    ];
    let config = with_set("dataDir=/d", &set).unwrap();
    assert_eq!(config.storage.snap_count, 7);
    assert_eq!(config.limits.jute_max_buffer_bytes, 4 << 20);
    assert!(config.access.skip_acl && config.features.read_only_mode_enabled);
    assert_eq!(config.access.super_digest.as_deref(), Some("super:x="));
    assert_eq!(
        config.storage.snapshot_compression,
        SnapshotCompression::Gzip
    );
    let words = ["ruok", "mntr", "srvr", "isro", "dump"];
    let allowed = words.map(|word| config.four_letter_words.allows(word));
    assert_eq!(allowed, [true, true, true, true, false]);
    let warnings: Vec<_> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "zoo.cfg: snapshot.compression.method: compression is not supported yet: snapshots \
             are written plain"
        ]
    );
}

#[test]
fn the_file_overrides_a_system_property_as_in_apache() {
    let config = with_set("dataDir=/d\nsnapCount=9", &["zookeeper.snapCount=7"]).unwrap();
    assert_eq!(config.storage.snap_count, 9);
    assert_eq!(
        config.warnings[0].to_string(),
        "zoo.cfg:2: snapCount: overrides what --set says, as in Apache"
    );
    assert_eq!(
        with_set("dataDir=/d", &["tickTime=9"]).unwrap_err(),
        "--set: tickTime: expected in the configuration file, as it is no system property"
    );
    assert_eq!(
        with_set("dataDir=/d", &["snapCount"]).unwrap_err(),
        "--set: expected KEY=VALUE, found \"snapCount\""
    );
}

#[test]
fn an_ensemble_needs_its_limits() {
    let servers = "dataDir=/d\nserver.1=a:1:2\nserver.2=b:1:2\nserver.3=c:1:2:observer\n";
    assert_eq!(
        zoo_cfg(servers).unwrap_err(),
        "zoo.cfg: initLimit: expected a number of ticks, it is not set"
    );
    let config = zoo_cfg(&format!("{servers}initLimit=10\nsyncLimit=5")).unwrap();
    assert!(config.is_distributed());
    let voters: Vec<_> = config
        .ensemble
        .servers
        .voters()
        .map(|(sid, _)| sid.0)
        .collect();
    assert_eq!(voters, [1, 2]);
}

#[test]
fn one_server_line_is_a_standalone_server() {
    let config = zoo_cfg("dataDir=/d\nserver.1=a:1:2").unwrap();
    assert!(!config.is_distributed());
    assert_eq!(
        zoo_cfg("dataDir=/d\nserver.1=a:1:2\nserver.2=b:1:2:observer").unwrap_err(),
        "zoo.cfg: expected more than one participant, or standaloneEnabled=false, since there \
         are observers"
    );
    assert!(zoo_cfg("dataDir=/d\nserver.2=b:1:2:observer").is_err());
}

#[test]
fn servers_stand_in_one_file_only() {
    assert_eq!(
        zoo_cfg("dataDir=/d\ndynamicConfigFile=/c.dynamic\nserver.1=a:1:2").unwrap_err(),
        "zoo.cfg:3: server.1: expected in the dynamicConfigFile, as there is one"
    );
    let mut config = zoo_cfg("dataDir=/d\ndynamicConfigFile=/c.dynamic.1f").unwrap();
    assert_eq!(
        config
            .read_dynamic("server.1=a:1:2\nbanana=1", "c.dynamic.1f")
            .unwrap_err()
            .to_string(),
        "c.dynamic.1f:2: banana: expected server.N, group.N, weight.N or version"
    );
    config
        .read_dynamic("server.1=a:1:2;2181", "c.dynamic.1f")
        .unwrap();
    assert_eq!(config.ensemble.servers.version, 0x1f);
}

#[test]
fn the_format_is_told_by_the_first_line_that_tells() {
    for (text, format) in [
        ("# a comment\n\ndata_dir = \"x\"", ConfigFormat::MemberToml),
        ("[limits]\nmax_cnxns = 1", ConfigFormat::MemberToml),
        ("limits.max_cnxns = 1", ConfigFormat::MemberToml),
        ("dataDir=/x", ConfigFormat::ZooCfg),
        ("admin.serverPort=1", ConfigFormat::ZooCfg),
        ("server.1=a:1:2", ConfigFormat::ZooCfg),
        ("custom=1\nclientPort : 1", ConfigFormat::ZooCfg),
        ("", ConfigFormat::ZooCfg),
    ] {
        assert_eq!(ConfigFormat::of(text), format, "{text}");
    }
}

#[test]
fn whitelists_may_be_everything() {
    let all = FourLetterWhitelist::parse("*");
    assert!(all.allows("wchp"));
    assert!(!FourLetterWhitelist::parse("").allows("ruok"));
}

#[test]
fn prometheus_has_a_port_of_its_own_where_its_class_is_named() {
    let class = "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider";
    let text = format!("dataDir=/d\nmetricsProvider.className={class}\n");
    let config = zoo_cfg(&text).unwrap();
    assert_eq!(config.prometheus_address, Some(HostPort::any(7000)));
    let config = zoo_cfg("dataDir=/d\nmetricsProvider.httpPort=7001").unwrap();
    assert_eq!(config.prometheus_address, None);
}

#[test]
fn myid_is_the_first_line() {
    assert_eq!(parse_myid("3\n", "myid"), Ok(Sid(3)));
    assert_eq!(
        parse_myid("three", "myid").unwrap_err().to_string(),
        "myid:1: expected the server's id, a number, found \"three\""
    );
    assert_eq!(Role::parse("OBSERVER"), Some(Role::Observer));
}

#[test]
fn a_members_own_line_says_where_its_clients_connect() {
    let text = "dataDir=/d\nserver.1=a:1:2:participant;10.0.0.1:2181";
    let mut config = zoo_cfg(text).unwrap();
    config.apply_own_line(Sid(2), "zoo.cfg").unwrap();
    assert_eq!(config.client_address, None);
    config.apply_own_line(Sid(1), "zoo.cfg").unwrap();
    let given = HostPort::new("10.0.0.1", 2181);
    assert_eq!(config.client_address.as_ref(), Some(&given));
    let mut same = zoo_cfg(&format!("{text}\nclientPort=2181\npeerType=observer")).unwrap();
    same.apply_own_line(Sid(1), "zoo.cfg").unwrap();
    assert_eq!(same.client_address, Some(given));
    assert_eq!(
        same.warnings[0].to_string(),
        "zoo.cfg: peerType: server.1 says participant, which counts"
    );
    let mut other = zoo_cfg(&format!("{text}\nclientPort=2182")).unwrap();
    assert_eq!(
        other
            .apply_own_line(Sid(1), "zoo.cfg")
            .unwrap_err()
            .to_string(),
        "zoo.cfg: server.1: expected 0.0.0.0:2182 for clients as elsewhere, found 10.0.0.1:2181"
    );
}
