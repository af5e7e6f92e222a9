//! 20,000 sessions and 1,000,000 znodes on an ensemble.

use std::{process::Command, time::Duration};

use tokio::runtime::Runtime;
use zoowarden_client::{ConnectOptions, Connection, Events};

use crate::members::Members;

const SESSIONS: usize = 20_000;
/// Of them, so many keep their connection: a process may have 20,000 files in many places.
const CONNECTED: usize = 19_000;
/// So many connect at once.
const AT_ONCE: usize = 200;
const ZNODES: usize = 1_000_000;
/// They outlive their connections, and the measurement.
const SESSION_MS: i32 = 3_600_000;

/// What is there as long as this.
pub(crate) struct Crowd {
    pub(crate) sessions: usize,
    pub(crate) znodes: usize,
    _connections: Vec<(Connection, Events)>,
    _runtime: Runtime,
}

/// Opens the sessions and creates the znodes.
pub(crate) fn gather(members: &Members) -> Crowd {
    let loaded = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
        .args([
            "bench", "--mode", "create", "--keep", "--yes", "--size", "16",
        ])
        .args(["--count", &ZNODES.to_string()])
        .args(["--connect", &members.addresses()])
        .output()
        .expect("the load generator runs");
    assert!(loaded.status.success(), "{loaded:?}");
    let runtime = Runtime::new().expect("a runtime");
    let options = ConnectOptions {
        timeout_ms: SESSION_MS,
        connect_deadline: Duration::from_secs(60),
        max_outstanding: 1,
        max_events: 1,
        ..ConnectOptions::default()
    };
    let addresses: Vec<String> = members.clients().iter().map(ToString::to_string).collect();
    let mut connections = Vec::new();
    runtime.block_on(async {
        for begun in (0..SESSIONS).step_by(AT_ONCE) {
            let connecting = (begun..begun + AT_ONCE)
                .map(|n| Connection::connect(&addresses[n % addresses.len()], options));
            for connected in futures_util::future::join_all(connecting).await {
                let (connection, events) = connected.expect("a session");
                if connections.len() < CONNECTED {
                    connections.push((connection, events));
                } else {
                    connection.detach();
                }
            }
        }
    });
    Crowd {
        sessions: SESSIONS,
        znodes: ZNODES,
        _connections: connections,
        _runtime: runtime,
    }
}
