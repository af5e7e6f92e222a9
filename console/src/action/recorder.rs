//! What is written down of an action: before and after, refusals too.

use std::{collections::BTreeMap, env, fmt::Debug, fs};

use zoowarden_shared::audit::{Gate, Outcome as Word, Record, Standing, Weight};

use super::{
    facts::Facts,
    gate::{End, Orders},
    judgement::{Check, Judgement},
    outcome::Outcome,
    plan::Order,
};

/// Takes records to where they are kept.
pub trait Recorder: Debug + Send + Sync {
    /// Keeps one record; it is on disk when this returns.
    ///
    /// # Errors
    /// In words, why it is not kept. What was not begun is not begun then.
    fn record(&self, record: &Record) -> Result<(), String>;
}

/// Who acts, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    pub principal: String,
    pub host: String,
}

impl Operator {
    /// The user of this process, on this host.
    #[must_use]
    pub fn of_process() -> Self {
        let user = env::var("USER").or_else(|_| env::var("LOGNAME"));
        let user = user.unwrap_or_else(|_| format!("uid-{}", rustix::process::getuid().as_raw()));
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = match host.trim() {
            "" => "localhost",
            host => host,
        };
        Self {
            principal: format!("os:{user}"),
            host: host.to_owned(),
        }
    }
}

impl Operator {
    /// `user@host`, as other consoles show this one.
    #[must_use]
    pub fn at_host(&self) -> String {
        let user = self
            .principal
            .strip_prefix("os:")
            .unwrap_or(&self.principal);
        format!("{user}@{}", self.host)
    }
}

/// Before the first step.
#[must_use]
pub fn begun(orders: &Orders, operator: &Operator, cluster: &str) -> Record {
    Record {
        sentence: orders.judgement.consequence.sentence.clone(),
        ..blank(orders, operator, cluster, Word::Begun)
    }
}

/// Once the plan has ended.
#[must_use]
pub fn ended(
    orders: &Orders,
    operator: &Operator,
    cluster: &str,
    outcome: &Outcome,
    after: Option<&Facts>,
    took_ms: u64,
) -> Record {
    let word = match outcome {
        Outcome::Done { .. } => Word::Done,
        Outcome::Failed { .. } | Outcome::Stopped { .. } => Word::Failed,
        Outcome::Unknown { .. } => Word::Unknown,
    };
    Record {
        unix_ms: orders.facts.at.wall_ms + i64::try_from(took_ms).unwrap_or(0),
        after: after.map(standing),
        sentence: outcome.sentence(),
        duration_ms: Some(took_ms),
        ..blank(orders, operator, cluster, word)
    }
}

/// Where nothing was begun.
#[must_use]
pub fn refused(orders: &Orders, operator: &Operator, cluster: &str, end: &End) -> Record {
    let sentence = match end {
        End::Refused { why } | End::CouldNotLook { why } => why.clone(),
        End::Aborted { changed } => format!("aborted: {changed}"),
        End::Ran(outcome) => outcome.sentence(),
    };
    Record {
        sentence,
        ..blank(orders, operator, cluster, Word::Refused)
    }
}

fn blank(orders: &Orders, operator: &Operator, cluster: &str, outcome: Word) -> Record {
    let Orders {
        judgement,
        facts,
        typed,
    } = orders;
    let words = judgement.action.command_line();
    let mut arguments = BTreeMap::from([("cluster".to_owned(), cluster.to_owned())]);
    if words.len() > 1 {
        arguments.insert("action".to_owned(), words[1..].join(" "));
    }
    if !typed.ticket.trim().is_empty() {
        arguments.insert("ticket".to_owned(), typed.ticket.trim().to_owned());
    }
    Record {
        unix_ms: facts.at.wall_ms,
        principal: operator.principal.clone(),
        host: operator.host.clone(),
        reason: Some(typed.reason.trim().to_owned()).filter(|reason| !reason.is_empty()),
        what: judgement.action.kind().name().to_owned(),
        arguments,
        command: commands(judgement),
        gates: gates(judgement),
        before: Some(standing(facts)),
        after: None,
        outcome,
        sentence: String::new(),
        duration_ms: None,
    }
}

/// What is sent, step by step; waiting is no command.
fn commands(judgement: &Judgement) -> String {
    let steps = judgement.plan.iter();
    let sent = steps.filter(|step| step.order.changes() && step.order != Order::ProbeWrite);
    sent.map(|step| step.does.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

fn gates(judgement: &Judgement) -> Vec<Gate> {
    let gate = |check: &Check, weight| Gate {
        name: check.name.to_owned(),
        weight,
        passed: check.passes(),
        sentence: check.sentence.clone(),
    };
    let hard = judgement.hard.iter().map(|check| gate(check, Weight::Hard));
    let soft = judgement.soft.iter().map(|check| gate(check, Weight::Soft));
    hard.chain(soft).collect()
}

fn standing(facts: &Facts) -> Standing {
    Standing {
        leader: facts.leader().and_then(|leader| leader.sid),
        epoch: facts.epoch(),
        config_version: facts.config_version(),
    }
}
