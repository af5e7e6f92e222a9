//! The drill: one fault after the other on a demo, and how fast the operator finds and repairs
//! each. Pure: what it sees is the model, and time comes with that.
//!
//! ```text
//!   Briefing ─Space─> Calming ─whole for a while─> Striking ─> Broken ─whole again─> Between
//!                        ^                                        └──given up──┘        │
//!                        └──────────────────────Space───────────────────────────────────┘
//!                                                                       after the last: Over
//! ```
//!
//! - `scenario`: the table of faults;  `round`: one of them under way: whom it struck, and
//!   whether that was found and mended
//! - `call`: what no key of a console mends, and who is called about it
//! - `score`: what it is worth, and why;  `operator`: who does all by keys, for `--auto`

pub mod call;
pub mod operator;
mod round;
mod scenario;
mod score;

use zoowarden_shared::SessionId;

pub use call::Call;
pub use round::{Deed, Round, Target};
pub use scenario::{RUNAWAY, Repair, SCENARIOS, Scenario, Strike, Whom, named};
pub use score::{Score, word};

use super::Model;

/// The ensemble is to be whole for so long before it is broken: detectors learn what is usual.
const CALM_MS: u64 = 3000;
/// A hint may be had so long after the fault, and again so long after the last one.
const HINT_AFTER_MS: u64 = 5000;

/// What the shell is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Break it.
    Strike {
        strike: Strike,
        targets: Vec<Target>,
    },
    /// Undo what the last strike did: the operator has given up.
    Mend,
    /// Those who own what is below a member were called, and rightly.
    Call { call: Call, target: Target },
}

/// What the shell tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It is broken now; with the session of the client that was let in, where one was.
    Struck(Result<Option<SessionId>, String>),
    /// The session of that client has ended.
    ClientIsGone,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The rules are read.
    Briefing,
    /// The next one begins once the ensemble is whole; since when it is.
    Calming {
        since_mono_ms: Option<u64>,
    },
    /// The strike is under way.
    Striking(Round),
    Broken(Round),
    /// The lesson is read.
    Between,
    /// The table is read.
    Over,
}

/// A drill from its first fault to its last.
#[derive(Clone, Debug, PartialEq)]
pub struct Drill {
    plan: Vec<&'static Scenario>,
    pub stage: Stage,
    pub scores: Vec<Score>,
    /// What the dice show next: the same seed strikes the same members.
    dice: u64,
}

impl Drill {
    /// One of these scenarios.
    #[must_use]
    pub fn new(plan: Vec<&'static Scenario>, seed: u64) -> Self {
        Self {
            plan,
            stage: Stage::Briefing,
            scores: Vec::new(),
            dice: seed,
        }
    }

    /// How many faults there are.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.plan.len()
    }

    /// The number of the fault that is there or comes next, from 1; the last one's after it.
    #[must_use]
    pub fn number(&self) -> usize {
        match self.stage {
            Stage::Between | Stage::Over => self.scores.len(),
            _ => self.scores.len() + 1,
        }
    }

    /// The scenario that was over last.
    #[must_use]
    pub fn last(&self) -> Option<&'static Scenario> {
        self.plan.get(self.scores.len().checked_sub(1)?).copied()
    }

    /// The fault that is there now.
    #[must_use]
    pub fn round(&self) -> Option<&Round> {
        match &self.stage {
            Stage::Broken(round) => Some(round),
            _ => None,
        }
    }

    /// The points of all that are over.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.scores.iter().map(|score| score.points).sum()
    }

    /// Space: the briefing or the lesson has been read.
    pub fn go_on(&mut self) {
        if matches!(self.stage, Stage::Briefing | Stage::Between) {
            self.stage = Stage::Calming {
                since_mono_ms: None,
            };
        }
    }

    /// The next hint, or why there is none, in words.
    ///
    /// # Errors
    /// When it is too early, there is none left, or nothing is broken.
    pub fn hint(&mut self, now_mono_ms: u64) -> Result<&'static str, String> {
        let Stage::Broken(round) = &mut self.stage else {
            return Err("nothing is broken now".to_owned());
        };
        let due = round.hint_mono_ms.unwrap_or(round.struck_mono_ms) + HINT_AFTER_MS;
        if now_mono_ms < due && round.hints < round.scenario.hints.len() {
            let wait_s = (due - now_mono_ms).div_ceil(1000);
            return Err(format!("look for yourself first: a hint in {wait_s} s"));
        }
        let last = round.scenario.hints.len() - 1;
        let hint = round.scenario.hints[round.hints.min(last)];
        if round.hints <= last {
            round.hints += 1;
            round.hint_mono_ms = Some(now_mono_ms);
        }
        Ok(hint)
    }

    /// The operator gives up: no points, and it is mended for them.
    pub fn give_up(&mut self) -> Option<Order> {
        let round = self.round()?.clone();
        self.finish(&round, None);
        Some(Order::Mend)
    }

    /// Takes in what the shell tells; a fault in words, where nothing could be broken.
    pub fn told(&mut self, now_mono_ms: u64, news: News) -> Option<String> {
        match (news, &mut self.stage) {
            (News::Struck(Ok(session)), Stage::Striking(round)) => {
                // A member is gone before its supervisor says so; a lock is queued up for.
                if session.is_some() {
                    round.struck_mono_ms = now_mono_ms;
                }
                round.session = session;
                self.stage = Stage::Broken(round.clone());
                None
            }
            (News::Struck(Err(why)), Stage::Striking(_)) => {
                self.stage = Stage::Calming {
                    since_mono_ms: None,
                };
                Some(format!("nothing could be broken: {why}"))
            }
            (News::ClientIsGone, Stage::Broken(round)) => {
                round.client_is_gone = true;
                None
            }
            _ => None,
        }
    }

    /// Looks at what has become of the model, which must be the one that this drill is of.
    pub fn observe(&mut self, model: &Model) -> Option<Order> {
        let now = model.now.mono_ms;
        match &mut self.stage {
            Stage::Calming { since_mono_ms } => {
                if !round::is_whole(model) {
                    *since_mono_ms = None;
                    return None;
                }
                let since = *since_mono_ms.get_or_insert(now);
                if now.saturating_sub(since) < CALM_MS {
                    return None;
                }
                let scenario = *self.plan.get(self.scores.len())?;
                let targets = round::targets(model, scenario.whom, self.roll());
                let round = Round::new(scenario, targets.clone(), model);
                self.stage = Stage::Striking(round);
                Some(Order::Strike {
                    strike: scenario.strike,
                    targets,
                })
            }
            Stage::Broken(round) => {
                round.observe(model);
                if let Some(repaired_ms) = round.repaired_ms {
                    let round = round.clone();
                    self.finish(&round, Some(repaired_ms));
                }
                None
            }
            _ => None,
        }
    }

    fn finish(&mut self, round: &Round, repaired_ms: Option<u64>) {
        let scenario = round.scenario;
        self.scores.push(Score {
            name: scenario.name,
            title: scenario.title,
            alarmed_ms: round.alarmed_ms,
            located_ms: round.located_ms,
            acted_ms: round.acted_ms,
            repaired_ms,
            hints: round.hints,
            wrong_calls: round.wrong_calls,
            points: score::points(round, repaired_ms),
        });
        self.stage = match self.scores.len() == self.plan.len() {
            true => Stage::Over,
            false => Stage::Between,
        };
    }

    /// SplitMix64: small, and the same everywhere.
    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
