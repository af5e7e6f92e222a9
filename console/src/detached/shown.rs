//! What was shown, in a word: a plan's process begins what the operator saw, or nothing.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::action::{Facts, Judgement, Order};

/// Stands for leader, epoch, configuration and each step of a plan, exactly. Two processes of
/// one binary agree on it; of two binaries they need not, and then nothing is begun.
#[must_use]
pub fn shown(judgement: &Judgement, facts: &Facts) -> String {
    let mut hasher = DefaultHasher::new();
    let leader = facts.leader().map(|leader| leader.name.as_str());
    leader.hash(&mut hasher);
    facts.epoch().hash(&mut hasher);
    facts.config_version().hash(&mut hasher);
    judgement.action.command_line().hash(&mut hasher);
    for step in &judgement.plan {
        step.does.hash(&mut hasher);
        step.deadline_ms.hash(&mut hasher);
        // Orders hold what no line shows, such as the whole of a request.
        match &step.order {
            // What is waited for is counted from the last look: uptimes, of course, are others.
            Order::Expect(_) => {}
            // Each attempt reserves by a word of its own, so that no two of them are taken for
            // one; what it does is the same.
            Order::Reserve {
                admin,
                zxid,
                current_epoch,
                ..
            } => (admin, zxid, current_epoch).hash(&mut hasher),
            Order::Force {
                admin,
                epoch,
                zxid,
                body,
                ..
            } => (admin, epoch, zxid, body).hash(&mut hasher),
            order => format!("{order:?}").hash(&mut hasher),
        }
    }
    format!("{:016x}", hasher.finish())
}
