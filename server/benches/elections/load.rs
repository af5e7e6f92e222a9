//! More writes than the members can do, and when they were answered.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use zoowarden_client::{ConnectOptions, Connection};
use zoowarden_shared::{acl::Acl, proto::CreateMode};
use zoowarden_testkit::Ensemble;

const SESSIONS: usize = 64;
const OUTSTANDING: usize = 16;
const BYTES: usize = 128;
/// Between two attempts to connect.
const RETRY: Duration = Duration::from_millis(100);

/// Running sessions; they end with the process.
pub(crate) struct Load(Arc<Mutex<Tally>>);

/// What was answered since it was last asked.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) writes: u64,
    /// The longest time without any answer, of all sessions together.
    pub(crate) longest_stop: Duration,
    /// How often a session lost its connection, or an answer took longer than a client waits.
    pub(crate) ended_connections: u64,
    last: Instant,
}

impl Load {
    /// Makes the sessions' znodes and has the sessions write, without end.
    pub(crate) fn start(ensemble: &mut Ensemble) -> Self {
        let tally = Arc::new(Mutex::new(Tally {
            writes: 0,
            longest_stop: Duration::ZERO,
            ended_connections: 0,
            last: Instant::now(),
        }));
        let addresses = ensemble.addresses();
        for number in 0..SESSIONS {
            let address = addresses[number % addresses.len()].clone();
            let session = write(address, format!("/load-{number}"), Arc::clone(&tally));
            ensemble.handle().spawn(session);
        }
        Self(tally)
    }

    /// What happened since this was last called.
    pub(crate) fn take(&self) -> Tally {
        let mut tally = self.0.lock().expect("no session panicked");
        let last = tally.last;
        let fresh = Tally {
            writes: 0,
            longest_stop: Duration::ZERO,
            ended_connections: 0,
            last,
        };
        let mut taken = std::mem::replace(&mut *tally, fresh);
        // A stop that goes on is not lost on whoever asks.
        taken.longest_stop = taken.longest_stop.max(last.elapsed());
        taken
    }
}

impl Tally {
    fn answered(&mut self) {
        let now = Instant::now();
        self.longest_stop = self
            .longest_stop
            .max(now.saturating_duration_since(self.last));
        self.last = now;
        self.writes += 1;
    }
}

/// One session: connects again and again, and keeps so many writes outstanding.
async fn write(address: String, path: String, tally: Arc<Mutex<Tally>>) {
    let options = ConnectOptions {
        timeout_ms: 20_000,
        ..ConnectOptions::default()
    };
    loop {
        let Ok((connection, _events)) = Connection::connect(&address, options).await else {
            tokio::time::sleep(RETRY).await;
            continue;
        };
        // It is there from the second time on.
        let acl = Acl::open();
        let _ = connection
            .create(&path, "", &acl, CreateMode::Persistent)
            .await;
        let writers = (0..OUTSTANDING).map(|_| {
            let (connection, tally) = (connection.clone(), Arc::clone(&tally));
            let path = path.clone();
            async move {
                while connection
                    .set_data(&path, vec![b'x'; BYTES], None)
                    .await
                    .is_ok()
                {
                    tally.lock().expect("no session panicked").answered();
                }
            }
        });
        futures_util::future::join_all(writers).await;
        tally.lock().expect("no session panicked").ended_connections += 1;
    }
}
