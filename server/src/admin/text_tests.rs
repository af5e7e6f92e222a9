//! Our four-letter words beside those that a running Apache 3.8.0 gave, byte for byte.

use std::path::PathBuf;

use zoowarden_peer::{
    ConnId,
    metrics::ResponseSizes,
    view::{
        ConnectionView, DigestView, EphemeralsView, PathWatchesView, ServerView, SessionBucketView,
        SessionWatchesView, WatchSummaryView,
    },
};
use zoowarden_shared::{SessionId, Zxid, config::HostPort};

use super::{facts::Configuration, text};

macro_rules! golden {
    ($word:literal) => {
        include_str!(concat!(
            "../../../shared/tests/golden/fourletter/",
            $word,
            ".txt"
        ))
    };
}

const APACHE_VERSION: &str = "3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC";
const FIRST: SessionId = SessionId(0x100_0016_3625_0000);
const SECOND: SessionId = SessionId(0x100_0016_3625_0001);

fn server(received: u64, sent: u64) -> ServerView {
    ServerView {
        serving: true,
        mode: "standalone",
        zxid: Zxid(0x88),
        last_logged_zxid: Zxid(0x88),
        min_latency_ms: 0,
        avg_latency_ms: 0.777_777,
        max_latency_ms: 6,
        packets_received: received,
        packets_sent: sent,
        alive_connections: 3,
        outstanding_requests: 0,
        node_count: 9,
        watch_count: 7,
        ephemerals_count: 2,
        session_count: 2,
        approximate_data_size: 61,
        client_response_size: ResponseSizes::default(),
        auth_failed_count: 0,
        uptime_ms: 735,
        last_snapshot: None,
    }
}

/// The connections of the capture: two with sessions, and the one that asks.
fn connections(asking_port: u16) -> [ConnectionView; 3] {
    let view = |port, session| ConnectionView {
        conn: ConnId(u64::from(port)),
        remote: ([127, 0, 0, 1], port).into(),
        reading: true,
        outstanding: 0,
        received: 138,
        sent: 138,
        established_wall_ms: 1_795_369_231_541,
        session,
        timeout_ms: 30_000,
        last_op: "PING",
        last_cxid: 0x88,
        last_zxid: 0x88,
        last_response_mono_ms: 1_455_868,
        last_latency_ms: 0,
        min_latency_ms: 0,
        avg_latency_ms: 0,
        max_latency_ms: 6,
        watches: 3,
    };
    [
        view(52498, Some(FIRST)),
        ConnectionView {
            received: 7,
            sent: 7,
            established_wall_ms: 1_795_369_231_542,
            timeout_ms: 10_000,
            last_op: "GETD",
            last_cxid: 5,
            last_latency_ms: 1,
            max_latency_ms: 1,
            ..view(52502, Some(SECOND))
        },
        ConnectionView {
            reading: false,
            received: 1,
            sent: 0,
            ..view(asking_port, None)
        },
    ]
}

#[test]
fn srvr_and_stat() {
    let srvr = text::srvr(APACHE_VERSION, &server(157, 160), None);
    assert_eq!(srvr, golden!("srvr"));
    let [first, second, asking] = connections(52610);
    let clients = [first, asking, second];
    let stat = text::srvr(APACHE_VERSION, &server(158, 161), Some(&clients));
    assert_eq!(stat, golden!("stat"));
}

#[test]
fn cons() {
    assert_eq!(text::cons(&connections(52520)), golden!("cons"));
}

#[test]
fn dump() {
    // The capture's moment: 17:40:35.
    let clock = text::WallClock {
        wall_ms: 1_795_369_235_000,
        mono_us: 0,
    };
    let bucket = |expires_s: u64, session| SessionBucketView {
        expires_mono_us: expires_s * 1_000_000,
        sessions: vec![session],
    };
    let ephemerals = |session, path: &str| EphemeralsView {
        session,
        paths: vec![path.into()],
    };
    let sessions = text::DumpedSessions {
        buckets: vec![bucket(6, SECOND), bucket(26, FIRST)],
        of_learner: None,
    };
    let ours = text::dump(
        clock,
        &sessions,
        &[ephemerals(SECOND, "/e2"), ephemerals(FIRST, "/e")],
        &connections(52532),
    );
    // Apache's connections expire apart from their sessions: only the sets differ.
    let until_connections = |text: &str| {
        let (before, _) = text.split_once("Connections Sets").unwrap();
        before.replace("17:40:41", "T").replace("17:41:01", "T")
    };
    assert_eq!(until_connections(&ours), until_connections(golden!("dump")));
    let mut lines: Vec<_> = ours.lines().filter(|l| l.starts_with("\tip")).collect();
    let mut apaches: Vec<_> = golden!("dump")
        .lines()
        .filter(|l| l.starts_with("\tip"))
        .collect();
    lines.sort_unstable();
    apaches.sort_unstable();
    assert_eq!(lines, apaches);
    assert!(ours.contains("Connections Sets (3)/(3):\n1 expire at Sun Nov 22 "));
}

#[test]
fn conf_and_dirs() {
    let directory = PathBuf::from("/var/lib/zookeeper/data/version-2");
    let configuration = Configuration {
        data_dir: directory.clone(),
        data_log_dir: directory,
        tick_time_ms: 2000,
        max_client_cnxns: 60,
        min_session_timeout_ms: 4000,
        max_session_timeout_ms: 40_000,
        listen_backlog: -1,
        server_id: 0,
        client_address: HostPort::any(21000),
        init_limit_ticks: 0,
        sync_limit_ticks: 0,
    };
    assert_eq!(text::conf(&configuration, 16857, 16857), golden!("conf"));
    assert_eq!(text::dirs(16857, 16857), golden!("dirs"));
}

/// As the followers of a running ensemble answered.
#[test]
fn dump_of_a_learner() {
    let clock = text::WallClock {
        wall_ms: 0,
        mono_us: 0,
    };
    let sessions = text::DumpedSessions {
        buckets: Vec::new(),
        of_learner: Some(vec![(FIRST, 30_000)]),
    };
    let dump = text::dump(clock, &sessions, &[], &[]);
    assert!(
        dump.starts_with(
            "SessionTracker dump:\nGlobal Sessions(1):\n0x100001636250000\t30000ms\n\
             ephemeral nodes dump:\nSessions with Ephemerals (0):\nConnections dump:\n"
        ),
        "{dump}"
    );
}

#[test]
fn watches() {
    let summary = WatchSummaryView {
        connections: 2,
        paths: 3,
        watches: 4,
    };
    assert_eq!(text::wchs(summary), golden!("wchs"));
    let watcher = |session, paths: [&str; 2]| SessionWatchesView {
        session,
        paths: paths.map(Into::into).into(),
    };
    let by_session = [
        watcher(FIRST, ["/a", "/e"]),
        watcher(SECOND, ["/a", "/none"]),
    ];
    assert_eq!(text::wchc(&by_session), golden!("wchc"));
    let watched = |path: &str, sessions: &[SessionId]| PathWatchesView {
        path: path.into(),
        sessions: sessions.into(),
    };
    let by_path = [
        watched("/a", &[SECOND, FIRST]),
        watched("/e", &[FIRST]),
        watched("/none", &[SECOND]),
    ];
    assert_eq!(text::wchp(&by_path), golden!("wchp"));
}

#[test]
fn hash() {
    let digest = DigestView {
        zxid: Zxid(0x80),
        version: 2,
        digest: 12_839_071_087,
    };
    assert_eq!(text::hash(&[digest]), golden!("hash"));
}

#[test]
fn environment_has_apaches_keys_in_apaches_order() {
    let keys = |text: &str| {
        let keys = text
            .lines()
            .map(|line| line.split('=').next().unwrap_or(line));
        keys.map(str::to_owned).collect::<Vec<_>>()
    };
    let ours = text::envi(&super::facts::environment("3.9.4"));
    assert_eq!(keys(&ours), keys(golden!("envi")));
}
