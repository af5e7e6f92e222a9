//! No acknowledged write is lost by kill -9 at any moment.
//!
//! The real binary is killed again and again while several connections write with a window of
//! requests outstanding. After each restart every acknowledged write must be there; of those
//! that were on their way some may be, but only in the order in which they were sent.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

mod harness;

use std::{net::SocketAddr, path::Path, process::Command, thread, time::Duration};

use harness::{
    PATIENCE, RawClient,
    raw_client::{create_request, set_request},
};
use zoowarden_shared::{ErrorCode, proto::OpCode};
use zoowarden_testkit::{Process, Random, our_server, wait_until};

const WRITERS: u64 = 4;

/// Requests of one writer that are not answered yet.
const WINDOW: u64 = 32;

/// The binary, serving.
struct Server {
    process: Process,
    client: SocketAddr,
}

impl Server {
    /// A session, or what the server said before it refused one.
    fn session(&self) -> RawClient {
        RawClient::try_session(self.client, 10_000)
            .unwrap_or_else(|error| panic!("no session: {error}\n{}", self.process.said()))
    }

    fn start(directory: &Path) -> Self {
        let mut command = Command::new(our_server());
        command
            .arg(directory.join("member.toml"))
            .env_remove("RUST_LOG");
        let log = directory.join("server.log");
        let mut process = Process::spawn("the server", command, &log);
        let mut client = None;
        wait_until("the server serves", PATIENCE, || {
            process.assert_still_runs();
            client = serving(&process.said());
            client.is_some()
        });
        Self {
            process,
            client: client.unwrap(),
        }
    }
}

/// The address that the log names once its line is whole.
fn serving(said: &str) -> Option<SocketAddr> {
    let (_, rest) = said.split_once("serving client=")?;
    let (address, _) = rest.split_once(' ')?;
    Some(address.parse().unwrap())
}

/// One writer's state over all rounds: its counter znode holds the number of its last set, and
/// beside it stands one znode for every number whose rest by 8 is 0.
#[derive(Clone, Copy, Debug)]
struct Writer {
    id: u64,
    acknowledged: u64,
    sent: u64,
    /// Up to here everything was found after an earlier kill.
    verified: u64,
}

impl Writer {
    fn counter(&self) -> String {
        format!("/counter-{}", self.id)
    }

    fn node(&self, number: u64) -> String {
        format!("/node-{}-{number}", self.id)
    }

    /// Writes until the server is gone.
    fn write(mut self, client: &mut RawClient) -> Self {
        loop {
            while self.sent - self.acknowledged < WINDOW {
                let number = self.sent + 1;
                let sent = if number.is_multiple_of(8) {
                    let request = create_request(&self.node(number), &number.to_be_bytes());
                    client.send(OpCode::Create, &request)
                } else {
                    let request = set_request(&self.counter(), &number.to_be_bytes());
                    client.send(OpCode::SetData, &request)
                };
                // A failed send may have arrived all the same.
                self.sent = number;
                if sent.is_err() {
                    return self;
                }
            }
            match client.receive() {
                Ok(reply) => {
                    assert_eq!(reply.header.err, ErrorCode::Ok, "{self:?}");
                    self.acknowledged += 1;
                }
                Err(_) => return self,
            }
        }
    }

    /// Checks what the server has, and goes on from there.
    fn verify(self, client: &mut RawClient) -> Self {
        let last_set = |number: u64| number - u64::from(number.is_multiple_of(8) && number > 0);
        let found = client.get(&self.counter()).unwrap();
        let counter = u64::from_be_bytes(found.data.unwrap()[..].try_into().unwrap());
        assert!(
            counter >= last_set(self.acknowledged) && counter <= self.sent,
            "{self:?} found {counter}"
        );
        // Each set raised the version by one: none was lost, none applied twice.
        let sets = counter - counter / 8;
        assert_eq!(u64::from(found.stat.version as u32), sets, "{self:?}");
        let mut reached = counter;
        for number in (self.verified.next_multiple_of(8).max(8)..=self.sent).step_by(8) {
            let is_there = client.get(&self.node(number)).is_ok();
            assert!(
                is_there || number > self.acknowledged,
                "{self:?}: {number} is lost"
            );
            assert!(is_there || number > counter, "{self:?}: a hole at {number}");
            // Nothing after the first that is missing.
            assert!(
                !is_there || number <= reached + 1,
                "{self:?}: {number} is odd"
            );
            if is_there {
                reached = reached.max(number);
            }
        }
        Self {
            acknowledged: reached,
            sent: reached,
            verified: reached,
            ..self
        }
    }
}

fn kill_again_and_again(kills: u32, seed: u64) {
    let directory = tempfile::tempdir().unwrap();
    // Small, so that kills meet snapshots, new logs and, at each start, purges too.
    let config = format!(
        "data_dir = {:?}\nclient_address = \"127.0.0.1:0\"\n\
         [admin]\nenabled = false\n\
         [storage]\nsnap_count = 300\npre_alloc_size_kib = 64\n\
         [autopurge]\npurge_interval_hours = 1\n",
        directory.path()
    );
    std::fs::write(directory.path().join("member.toml"), config).unwrap();
    let mut random = Random(seed);
    let mut writers: Vec<_> = (0..WRITERS)
        .map(|id| Writer {
            id,
            acknowledged: 0,
            sent: 0,
            verified: 0,
        })
        .collect();
    let mut server = Server::start(directory.path());
    let mut client = server.session();
    for writer in &writers {
        let created = client.create(&writer.counter(), &0_u64.to_be_bytes());
        assert_eq!(created, ErrorCode::Ok);
    }
    for kill in 0..kills {
        let running: Vec<_> = writers
            .iter()
            .map(|&writer| {
                let mut client = server.session();
                thread::spawn(move || writer.write(&mut client))
            })
            .collect();
        // Not synchronisation: the moment of the kill is what is random.
        thread::sleep(Duration::from_micros(random.below(120_000)));
        server.process.kill();
        writers = running
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect();
        server = Server::start(directory.path());
        let mut client = server.session();
        writers = writers
            .into_iter()
            .map(|writer| writer.verify(&mut client))
            .collect();
        assert!(kill < 10 || writers.iter().all(|writer| writer.acknowledged > 0));
    }
    // All of it once more: nothing that was there may go later.
    let mut client = server.session();
    for writer in &writers {
        let writer = Writer {
            verified: 0,
            ..*writer
        };
        writer.verify(&mut client);
    }
    println!("seed {seed}, {kills} kills: {writers:?}");
}

#[test]
fn acknowledged_writes_survive_twenty_kills() {
    kill_again_and_again(20, 0x5eed);
}

#[test]
#[ignore = "takes minutes: cargo test -p zoowarden-server --release --test crash -- --ignored --nocapture"]
fn acknowledged_writes_survive_three_hundred_kills() {
    let seed = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64;
    kill_again_and_again(300, seed | 1);
}
