//! Screen 0: what can be done about what is wrong now, ranked, with what is refused; and that
//! waiting is a step too.

use zoowarden_server::supervise::Phase;
use zoowarden_shared::admin::verdict::Verdict as Health;

use crate::{
    action::{Action, MemberFacts, Proposal, Verdict, seen},
    model::{Model, next_step, recovery, ui::Screen},
};

/// One line of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What to do, in few words: the name by which it is selected too.
    pub what: String,
    pub verdict: Verdict,
    /// What it changes, or why not.
    pub sentence: String,
    /// What the gate is opened for; `None` for waiting.
    pub action: Option<Action>,
}

/// The list, the best first.
#[must_use]
pub fn listed(model: &Model) -> Vec<Row> {
    let list = model.ui.list_of(Screen::Recover);
    let mut rows: Vec<Row> = resumed(model)
        .into_iter()
        .chain(recovery::proposals(model))
        .map(Row::of)
        .collect();
    if let Some(wait) = wait(model) {
        let is_in_vain = wait.verdict != Verdict::Safe;
        let is_better = |row: &Row| match row.verdict {
            Verdict::Runs | Verdict::Safe | Verdict::Soft(_) => true,
            Verdict::Tried(_) => is_in_vain,
            _ => false,
        };
        let behind = rows.iter().take_while(|row| is_better(row)).count();
        rows.insert(behind, wait);
    }
    rows.retain(|row| {
        let text = format!("{} {} {}", row.what, row.verdict.word(), row.sentence);
        list.filter.is_empty() || list.filter.passes(&text)
    });
    rows
}

/// The name by which each row is selected.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    listed(model).into_iter().map(|row| row.what).collect()
}

/// The selected row.
#[must_use]
pub fn selected(model: &Model) -> Option<Row> {
    let mut rows = listed(model);
    let list = model.ui.list_of(Screen::Recover);
    let at = super::selected_index(list, &rows, |row| row.what.as_str());
    (at < rows.len()).then(|| rows.swap_remove(at))
}

impl Row {
    /// The line of one action.
    #[must_use]
    pub fn of(proposal: Proposal) -> Self {
        Self {
            what: proposal.action.to_string(),
            verdict: proposal.verdict,
            sentence: proposal.sentence,
            action: Some(proposal.action),
        }
    }

    /// In a line, for a ticket.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}: {}", self.what, self.verdict.word());
        if !self.sentence.is_empty() {
            text.push_str(&format!(": {}", self.sentence));
        }
        if let Verdict::Unavailable {
            opens: Some(line), ..
        } = &self.verdict
        {
            text.push_str(&format!("; {line} opens it"));
        }
        text
    }
}

/// What goes on behind a plan that was stopped or has failed.
fn resumed(model: &Model) -> Option<Proposal> {
    let (_, outcome) = model.recovery.run.as_ref()?.ended.as_ref()?;
    Some(recovery::proposal(model, outcome.resume()?.clone()))
}

/// To wait, while something is wrong that may pass by itself.
fn wait(model: &Model) -> Option<Row> {
    let margin = model.verdict.survives.unwrap_or(0);
    let (verdict, sentence) = match model.verdict.verdict {
        Health::NoQuorum if next_step::could_elect(model) => {
            let sentence =
                "enough voters are alive to elect a leader; if it lasts, read their logs";
            (Verdict::Safe, sentence.to_owned())
        }
        Health::Degraded => match lost_for_good(model) {
            Some(who) => {
                let told = format!("{who} will not come back unaided: the margin stays {margin}");
                (Verdict::NoGain(told.clone()), told)
            }
            None => (
                Verdict::Safe,
                format!("where the host may return: the margin stays {margin}, the alarm reminds"),
            ),
        },
        _ => return None,
    };
    Some(Row {
        what: "wait".to_owned(),
        verdict,
        sentence,
        action: None,
    })
}

/// Those who do not serve, where none of them comes back by itself: its data are damaged, or its
/// supervisor leaves it down.
fn lost_for_good(model: &Model) -> Option<String> {
    let facts = seen(model);
    let hurt = facts.members.iter();
    let hurt: Vec<&MemberFacts> = hurt
        .filter(|one| !one.is_synced() && !facts.is_outside(one))
        .collect();
    let stays_down = |one: &&MemberFacts| {
        let told = model.supervised.get(&one.address);
        let is_left =
            told.is_some_and(|told| !matches!(told.phase, Phase::Running | Phase::BackingOff));
        !one.is_alive() && (is_left || model.recovery.means.damaged.contains(&one.address))
    };
    let is_so = !hurt.is_empty() && hurt.iter().all(stays_down);
    let names: Vec<&str> = hurt.iter().map(|one| one.name.as_str()).collect();
    is_so.then(|| names.join(", "))
}
