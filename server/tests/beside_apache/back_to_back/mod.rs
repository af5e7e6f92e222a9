//! Back to back: the same long random sequence of operations, from several sessions, to our
//! server and to Apache ZooKeeper 3.8.0, step by step; every reply, stat, watch event and the
//! final tree must be the same.
//!
//! ```text
//!   ops (seeded) ──> one step ──> session on Apache ──> exchange ─┐
//!                        └──────> session on ours ────> exchange ─┴─> compare, masked
//! ```
//!
//! Masked are only times, session ids (by the order of their creation), the order of children
//! (a Java hash set's), and what `DEVIATIONS.md` lists. Transaction ids are not masked: both
//! servers must burn them alike.

mod compare;
pub(crate) mod ops;

use compare::Masks;
use ops::{Generator, Step};

use zoowarden_testkit::{Kind, Standalone};

use crate::{
    servers,
    session::{Exchange, Session},
};

/// Sessions at work at the same time.
const SESSIONS: usize = 4;

#[test]
#[ignore = "needs Java and Debian's zookeeper package: cargo test -p zoowarden-server --test beside_apache -- --ignored back_to_back"]
fn random_operations_are_answered_as_apache_answers_them() {
    let seeds: Vec<u64> = match std::env::var("ZOOWARDEN_SEED") {
        Ok(seed) => vec![seed.parse().expect("ZOOWARDEN_SEED is a number")],
        Err(_) => vec![1, 2, 3],
    };
    let steps: usize = std::env::var("ZOOWARDEN_STEPS")
        .map_or(3000, |n| n.parse().expect("ZOOWARDEN_STEPS is a number"));
    for seed in seeds {
        run(seed, steps);
    }
}

fn run(seed: u64, steps: usize) {
    let mut pair = Pair::start();
    let mut generator = Generator::new(seed, SESSIONS);
    for at in 0..SESSIONS {
        pair.connect(at, false);
    }
    let mut history = Vec::new();
    for number in 0..steps {
        let step = generator.next_step();
        history.push(format!("{number}: {step:?}"));
        if let Err(difference) = pair.step(&step, &mut generator) {
            let tail = history[history.len().saturating_sub(12)..].join("\n  ");
            panic!(
                "{difference}\nthe last steps:\n  {tail}\nreplay: ZOOWARDEN_SEED={seed} ZOOWARDEN_STEPS={} \
                 cargo test -p zoowarden-server --test beside_apache -- --ignored back_to_back",
                number + 1
            );
        }
    }
    let nodes = pair.compare_trees();
    println!("seed {seed}: {steps} steps agree, {nodes} znodes in the final tree");
}

/// The two servers, and each session as it stands on both.
struct Pair {
    servers: [Standalone; 2],
    masks: [Masks; 2],
    sessions: Vec<Option<[Session; 2]>>,
}

impl Pair {
    fn start() -> Self {
        Self {
            servers: [Kind::Apache, Kind::Ours].map(servers::start),
            masks: [Masks::default(), Masks::default()],
            sessions: (0..SESSIONS).map(|_| None).collect(),
        }
    }

    /// Opens session `at` anew, or takes it up again with its id and password.
    fn connect(&mut self, at: usize, again: bool) {
        let old = self.sessions[at].take();
        let pair: Vec<Session> = (0..2)
            .map(|side| {
                let known = old.as_ref().filter(|_| again).map(|pair| &pair[side]);
                let session = Session::connect(self.servers[side].address(), known);
                self.masks[side].learn_session(session.id);
                session
            })
            .collect();
        self.sessions[at] = pair.try_into().ok();
    }

    fn step(&mut self, step: &Step, generator: &mut Generator) -> Result<(), String> {
        match step {
            Step::Request { session, op, body } => {
                let [theirs, ours] = self.exchange(*session, *op, body);
                generator.learn(*op, &theirs);
                compare::exchanges(*op, &theirs, &ours, &self.masks)?;
                if theirs.closed {
                    self.connect(*session, false);
                }
            }
            Step::Reconnect { session, again } => self.connect(*session, *again),
        }
        Ok(())
    }

    fn exchange(&mut self, at: usize, op: i32, body: &[u8]) -> [Exchange; 2] {
        let Some([theirs, ours]) = &mut self.sessions[at] else {
            panic!("session {at} is not connected");
        };
        [theirs.exchange(op, body), ours.exchange(op, body)]
    }

    /// Walks both trees, with a session that may read everything.
    fn compare_trees(&mut self) -> usize {
        self.connect(0, false);
        self.exchange(0, ops::auth_code(), &ops::super_auth());
        let mut paths = vec!["/".to_owned()];
        let mut nodes = 0;
        while let Some(path) = paths.pop() {
            nodes += 1;
            for (op, body) in ops::reads_of(&path) {
                let [theirs, ours] = self.exchange(0, op, &body);
                compare::exchanges(op, &theirs, &ours, &self.masks)
                    .unwrap_or_else(|difference| panic!("final tree, {path}: {difference}"));
                for child in theirs.children(op) {
                    paths.push(if path == "/" {
                        format!("/{child}")
                    } else {
                        format!("{path}/{child}")
                    });
                }
            }
        }
        nodes
    }
}
