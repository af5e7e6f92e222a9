//! What the four-letter words answer, to the letter.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
};

use zoowarden_peer::{
    metrics::ResponseSizes,
    view::{
        ConnectionView, DigestView, EphemeralsView, PathWatchesView, ServerView, SessionBucketView,
        SessionWatchesView, WatchSummaryView,
    },
};
use zoowarden_shared::SessionId;

use super::{facts::Configuration, java, monitor::Value};

/// `AbstractFourLetterCommand.ZK_NOT_SERVING`.
pub(crate) const NOT_SERVING: &str = "This ZooKeeper instance is not currently serving requests";

/// Lines, each with its end.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: impl Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}

/// `srvr`, and `stat` where connections are given.
pub(super) fn srvr(
    version: &str,
    server: &ServerView,
    connections: Option<&[ConnectionView]>,
) -> String {
    let mut text = Text::default();
    text.line(format_args!("Zookeeper version: {version}"));
    if server.is_read_only() {
        text.line("READ-ONLY mode; serving only read-only clients");
    }
    if let Some(connections) = connections {
        text.line("Clients:");
        for connection in connections {
            text.line(connection_line(connection, true));
        }
        text.line("");
    }
    text.line(format_args!(
        "Latency min/avg/max: {}/{:?}/{}",
        server.min_latency_ms,
        java::four_decimals(server.avg_latency_ms),
        server.max_latency_ms
    ));
    text.line(format_args!("Received: {}", server.packets_received));
    text.line(format_args!("Sent: {}", server.packets_sent));
    text.line(format_args!("Connections: {}", server.alive_connections));
    text.line(format_args!("Outstanding: {}", server.outstanding_requests));
    text.line(format_args!("Zxid: {}", server.zxid));
    text.line(format_args!("Mode: {}", server.mode));
    text.line(format_args!("Node count: {}", server.node_count));
    text.0
}

/// What `srvr` and `stat` of a leader end with.
pub(super) fn proposal_sizes(sizes: ResponseSizes) -> String {
    let ResponseSizes { last, min, max } = sizes;
    format!("Proposal sizes last/min/max: {last}/{min}/{max}\n")
}

/// `cons`.
pub(super) fn cons(connections: &[ConnectionView]) -> String {
    let mut text = Text::default();
    for connection in connections {
        text.line(connection_line(connection, false));
    }
    text.line("");
    text.0
}

/// `ServerCnxn.dumpConnectionInfo`.
fn connection_line(connection: &ConnectionView, brief: bool) -> String {
    let ConnectionView {
        outstanding,
        received,
        sent,
        ..
    } = connection;
    let remote = java::socket_address(connection.remote);
    let interest = interest_ops(connection);
    let mut line =
        format!(" {remote}[{interest:x}](queued={outstanding},recved={received},sent={sent}");
    if let Some(session) = connection.session.filter(|_| !brief) {
        let _ = write!(
            line,
            ",sid={session},lop={},est={},to={}",
            connection.last_op, connection.established_wall_ms, connection.timeout_ms
        );
        if connection.last_cxid >= 0 {
            let _ = write!(line, ",lcxid={:#x}", connection.last_cxid);
        }
        let _ = write!(
            line,
            ",lzxid={:#x},lresp={},llat={},minlat={},avglat={},maxlat={}",
            connection.last_zxid,
            connection.last_response_mono_ms,
            connection.last_latency_ms,
            connection.min_latency_ms,
            connection.avg_latency_ms,
            connection.max_latency_ms
        );
    }
    line.push(')');
    line
}

/// What the NIO selector would wait for: 1 to read, 4 to write.
pub(super) fn interest_ops(connection: &ConnectionView) -> u8 {
    u8::from(connection.reading)
}

/// A moment of the monotonic clock as Java prints the wall's.
#[derive(Clone, Copy, Debug)]
pub(super) struct WallClock {
    /// Unix milliseconds now.
    pub(super) wall_ms: i64,
    /// The monotonic clock now, microseconds.
    pub(super) mono_us: u64,
}

impl WallClock {
    fn date(self, mono_us: u64) -> String {
        let ahead_ms = (mono_us as i64 - self.mono_us as i64) / 1000;
        java::date(self.wall_ms + ahead_ms)
    }
}

/// The sessions that `dump` tells of.
#[derive(Debug, Default)]
pub(super) struct DumpedSessions {
    /// By the time at which they expire.
    pub(super) buckets: Vec<SessionBucketView>,
    /// Of a learner, which does not know when: all of the ensemble, with their timeouts in
    /// milliseconds.
    pub(super) of_learner: Option<Vec<(SessionId, i32)>>,
}

/// `dump`. Apache's connections expire apart from their sessions; ours with them, and without a
/// session at the handshake's deadline, which is not shown here (so: now).
pub(super) fn dump(
    clock: WallClock,
    DumpedSessions {
        buckets,
        of_learner,
    }: &DumpedSessions,
    ephemerals: &[EphemeralsView],
    connections: &[ConnectionView],
) -> String {
    let mut text = Text::default();
    let sessions: usize = buckets.iter().map(|bucket| bucket.sessions.len()).sum();
    text.line("SessionTracker dump:");
    if of_learner.is_none() || sessions > 0 {
        // A learner's are those that it has of its own.
        let local = if of_learner.is_some() { "Local " } else { "" };
        text.line(format_args!(
            "{local}Session Sets ({})/({sessions}):",
            buckets.len()
        ));
    }
    let mut expiry_of = BTreeMap::new();
    for bucket in buckets {
        let date = clock.date(bucket.expires_mono_us);
        text.line(format_args!("{} expire at {date}:", bucket.sessions.len()));
        for session in &bucket.sessions {
            text.line(format_args!("\t{session}"));
            expiry_of.insert(*session, bucket.expires_mono_us);
        }
    }
    if let Some(sessions) = of_learner {
        text.line(format_args!("Global Sessions({}):", sessions.len()));
        for (session, timeout_ms) in sessions {
            text.line(format_args!("{session}\t{timeout_ms}ms"));
        }
    }
    text.line("ephemeral nodes dump:");
    text.line(format_args!(
        "Sessions with Ephemerals ({}):",
        ephemerals.len()
    ));
    for owner in ephemerals {
        text.line(format_args!("{}:", owner.session));
        for path in &owner.paths {
            text.line(format_args!("\t{path}"));
        }
    }
    let mut sets: BTreeMap<u64, Vec<&ConnectionView>> = BTreeMap::new();
    for connection in connections {
        let expiry = connection
            .session
            .and_then(|session| expiry_of.get(&session));
        let expiry = expiry.copied().unwrap_or(clock.mono_us);
        sets.entry(expiry).or_default().push(connection);
    }
    text.line("Connections dump:");
    text.line(format_args!(
        "Connections Sets ({})/({}):",
        sets.len(),
        connections.len()
    ));
    for (expiry, set) in sets {
        text.line(format_args!(
            "{} expire at {}:",
            set.len(),
            clock.date(expiry)
        ));
        for connection in set {
            let remote = java::socket_address(connection.remote);
            let session = connection.session.unwrap_or(SessionId::NONE);
            text.line(format_args!("\tip: {remote} sessionId: {session}"));
        }
    }
    text.0
}

/// `conf`.
pub(super) fn conf(conf: &Configuration, data_dir_size: u64, log_dir_size: u64) -> String {
    let mut text = Text::default();
    text.line(format_args!("clientPort={}", conf.client_address.port));
    // No secure port is served yet.
    text.line("secureClientPort=-1");
    text.line(format_args!("dataDir={}", conf.data_dir.display()));
    text.line(format_args!("dataDirSize={data_dir_size}"));
    text.line(format_args!("dataLogDir={}", conf.data_log_dir.display()));
    text.line(format_args!("dataLogSize={log_dir_size}"));
    text.line(format_args!("tickTime={}", conf.tick_time_ms));
    text.line(format_args!("maxClientCnxns={}", conf.max_client_cnxns));
    text.line(format_args!(
        "minSessionTimeout={}",
        conf.min_session_timeout_ms
    ));
    text.line(format_args!(
        "maxSessionTimeout={}",
        conf.max_session_timeout_ms
    ));
    text.line(format_args!(
        "clientPortListenBacklog={}",
        conf.listen_backlog
    ));
    text.line(format_args!("serverId={}", conf.server_id));
    text.0
}

/// `dirs`.
pub(super) fn dirs(data_dir_size: u64, log_dir_size: u64) -> String {
    format!("datadir_size: {data_dir_size}\nlogdir_size: {log_dir_size}\n")
}

/// `envi`.
pub(super) fn envi(environment: &[(String, String)]) -> String {
    let mut text = Text::default();
    text.line("Environment:");
    for (key, value) in environment {
        text.line(format_args!("{key}={value}"));
    }
    text.0
}

/// `hash`.
pub(super) fn hash(digests: &[DigestView]) -> String {
    let mut text = Text::default();
    for digest in digests {
        text.line(format_args!("{:x}: {}", digest.zxid.0, digest.digest));
    }
    text.0
}

/// `mntr`.
pub(super) fn mntr(values: &[(String, Value)]) -> String {
    let mut text = Text::default();
    for (key, value) in values {
        text.line(format_args!("zk_{key}\t{value}"));
    }
    text.0
}

/// `wchs`.
pub(super) fn wchs(summary: WatchSummaryView) -> String {
    format!(
        "{} connections watching {} paths\nTotal watches:{}\n",
        summary.connections, summary.paths, summary.watches
    )
}

/// `wchc`.
pub(super) fn wchc(sessions: &[SessionWatchesView]) -> String {
    let mut text = Text::default();
    for watcher in sessions {
        text.line(watcher.session);
        for path in &watcher.paths {
            text.line(format_args!("\t{path}"));
        }
    }
    text.line("");
    text.0
}

/// `wchp`.
pub(super) fn wchp(paths: &[PathWatchesView]) -> String {
    let mut text = Text::default();
    for watched in paths {
        text.line(&watched.path);
        for session in &watched.sessions {
            text.line(format_args!("\t{session}"));
        }
    }
    text.line("");
    text.0
}
