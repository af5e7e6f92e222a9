//! member.toml: the samples, and what is said of keys and values that are wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use zoowarden_shared::config::{ConfigFormat, ServerConfig};

const ZOO_CFG: &str = include_str!("../../assets/zoo.cfg");
const MEMBER_TOML: &str = include_str!("../../assets/member.toml");

fn member_toml(text: &str) -> Result<ServerConfig, String> {
    assert_eq!(ConfigFormat::of(text), ConfigFormat::MemberToml);
    ServerConfig::parse(text, "member.toml", &[]).map_err(|error| error.to_string())
}

#[test]
fn the_two_samples_say_the_same() {
    let mut from_zoo_cfg = ServerConfig::parse(ZOO_CFG, "zoo.cfg", &[]).unwrap();
    // What was given as a property is listed as one; member.toml knows none.
    from_zoo_cfg.system_properties.clear();
    assert_eq!(from_zoo_cfg, member_toml(MEMBER_TOML).unwrap());
}

#[test]
fn the_sample_shows_apaches_defaults() {
    let shown: String = MEMBER_TOML
        .lines()
        .filter(|line| !line.contains("_address = ") || line.starts_with("#address"))
        .filter(|line| !line.contains("super_digest") && !line.contains("dynamic_config_file"))
        .take_while(|line| !line.starts_with("#[ensemble.servers]"))
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let shown = member_toml(&shown).unwrap();
    let sample = member_toml(MEMBER_TOML).unwrap();
    let expected = ServerConfig {
        client_address: None,
        ..sample
    };
    assert_eq!(shown, expected);
}

#[test]
fn member_toml_names_the_nearest_key_to_an_unknown_one() {
    for (text, message) in [
        (
            "data_dir = \"/d\"\ntick_time = 1",
            "member.toml:2: tick_time: there is no such key; the nearest is tick_time_ms, which \
             expects a number of milliseconds, 1 or more",
        ),
        (
            "data_dir = \"/d\"\nsnap_count = 1",
            "member.toml:2: snap_count: there is no such key; the nearest is \
             storage.snap_count, which expects a number of transactions, 2 or more",
        ),
        (
            "data_dir = \"/d\"\n[limits]\nmax_client_conns = 1",
            "member.toml:3: limits.max_client_conns: there is no such key; the nearest is \
             limits.max_client_cnxns, which expects a number, 0 or more",
        ),
        (
            "data_dir = \"/d\"\nlimits = 1",
            "member.toml:2: limits: expected a table, [limits]",
        ),
        (
            "data_dir = \"/d\"\n[tick_time_ms]\nx = 1",
            "member.toml:2: tick_time_ms: expected a number of milliseconds, 1 or more, found a \
             table",
        ),
        (
            "data_dir = \"/d\"\nclient_address = \"localhost\"",
            "member.toml:2: client_address: expected \"host:port\", found \"localhost\"",
        ),
        (
            "data_dir = \"/d\"\n[storage]\nforce_sync = \"no\"",
            "member.toml:3: storage.force_sync: expected true or false, found \"no\"",
        ),
        (
            "client_address = \"h:1\"",
            "member.toml: data_dir: expected a directory, it is not set",
        ),
    ] {
        assert_eq!(member_toml(text).unwrap_err(), message);
    }
    let error = member_toml("data_dir = \"/d\"\nclient_address = h:1").unwrap_err();
    assert!(error.starts_with("member.toml:2: "), "{error}");
}

#[test]
fn member_toml_describes_an_ensemble() {
    let config = member_toml(
        "data_dir = \"/d\"\n[ensemble]\ninit_limit_ticks = 10\nsync_limit_ticks = 5\n\
         [ensemble.servers]\n1 = \"a:1:2:participant;2181\"\n2 = \"b:1:2\"\n\
         [ensemble.groups]\n1 = [1, 2]\n[ensemble.weights]\n2 = 3\n",
    )
    .unwrap();
    assert_eq!(
        config.ensemble.servers.to_string(),
        "server.1=a:1:2:participant;0.0.0.0:2181\nserver.2=b:1:2:participant\n\
         group.1=1:2\nweight.1=1\nweight.2=3\nversion=0"
    );
    assert_eq!(
        member_toml("data_dir = \"/d\"\n[ensemble.servers]\n1 = \"a:1\"").unwrap_err(),
        "member.toml:3: server.1: expected host:quorum_port:election_port\
         [:participant|observer][;[host:]client_port], found \"a:1\""
    );
}
