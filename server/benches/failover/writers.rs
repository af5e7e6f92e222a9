//! Four writers, and when each of their writes was acknowledged.

use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use zoowarden_client::{ConnectOptions, Connection, Credentials};
use zoowarden_shared::{acl::Acl, proto::CreateMode};

const WRITERS: usize = 4;
/// After so long without an answer a writer tries another member.
const READ_TIMEOUT: Duration = Duration::from_millis(250);
/// Before the next member is tried, where one refuses at once.
const PAUSE: Duration = Duration::from_millis(5);

/// The longest times without an acknowledgement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gaps {
    /// Of all writers together.
    pub(crate) merged: Duration,
    /// Of the writer that waited longest.
    pub(crate) own: Duration,
}

/// The running writers.
pub(crate) struct Writers(Vec<JoinHandle<Vec<Instant>>>);

/// Starts them; they write until `end`.
pub(crate) async fn start(members: &[String], end: Instant) -> Writers {
    let mut writers = Vec::new();
    for number in 0..WRITERS {
        let mut members = members.to_vec();
        let count = members.len();
        members.rotate_left(number % count);
        let path = format!("/writer-{number}");
        let (connection, _) = Connection::connect(&members[0], options(None))
            .await
            .expect("the ensemble is whole");
        connection
            .create(&path, "", &Acl::open(), CreateMode::Persistent)
            .await
            .expect("a znode to write to");
        writers.push(tokio::spawn(write(members, path, connection, end)));
    }
    Writers(writers)
}

fn options(session: Option<Credentials>) -> ConnectOptions {
    ConnectOptions {
        timeout_ms: 10_000,
        session,
        connect_deadline: READ_TIMEOUT,
        call_deadline: READ_TIMEOUT,
        ..ConnectOptions::default()
    }
}

async fn write(
    members: Vec<String>,
    path: String,
    connection: Connection,
    end: Instant,
) -> Vec<Instant> {
    let mut acknowledged = Vec::new();
    let credentials = connection.session().credentials;
    let mut connection = Some(connection);
    let mut next = 1;
    while Instant::now() < end {
        let Some(current) = &connection else {
            let member = &members[next % members.len()];
            next += 1;
            match Connection::connect(member, options(Some(credentials))).await {
                Ok((fresh, _)) => connection = Some(fresh),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
            continue;
        };
        match current.set_data(&path, "x", None).await {
            Ok(_) => acknowledged.push(Instant::now()),
            Err(_) => connection = None,
        }
    }
    acknowledged
}

impl Writers {
    /// Waits for their end.
    pub(crate) async fn finish(self) -> Gaps {
        let mut own = Duration::ZERO;
        let mut all = Vec::new();
        for writer in self.0 {
            let acknowledged = writer.await.expect("a writer ends");
            own = own.max(longest(&acknowledged));
            all.extend(acknowledged);
        }
        all.sort_unstable();
        Gaps {
            merged: longest(&all),
            own,
        }
    }
}

fn longest(times: &[Instant]) -> Duration {
    let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
    gaps.max().unwrap_or(Duration::MAX)
}
