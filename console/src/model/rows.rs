//! The rows of each list in the order drawn: filtered, sorted, and where the selection is.

use std::cmp::Ordering;

use zoowarden_shared::admin::Role;

use crate::text::{clean, cut, wrap};

use super::{
    Model,
    layout::{self, Content, Layout},
    member::{Member, State, Vote},
    sessions::SessionRow,
    tree::TreeRow,
    ui::{List, Screen},
};

/// The members that are drawn.
#[must_use]
pub fn members(model: &Model) -> Vec<&Member> {
    let list = &model.ui.members;
    let mut rows: Vec<&Member> = model
        .members
        .iter()
        .filter(|member| !model.ui.faults_only || has_fault(model, member))
        .filter(|member| list.filter.passes(&member_text(model, member)))
        .collect();
    rows.sort_by(|a, b| {
        let by = match list.sort {
            't' => has_fault(model, b).cmp(&has_fault(model, a)),
            'a' => a.address.cmp(&b.address),
            'r' => rank(model, a).cmp(&rank(model, b)),
            'z' => b.facts.zxid.cmp(&a.facts.zxid),
            'm' => b.round_trips_us.back().cmp(&a.round_trips_us.back()),
            'c' => b.facts.connections.cmp(&a.facts.connections),
            _ => (a.sid.is_none(), a.sid).cmp(&(b.sid.is_none(), b.sid)),
        };
        turned(by, list)
    });
    rows
}

/// The sessions that are drawn: those that members list, and our own, of which we know.
#[must_use]
pub fn sessions(model: &Model) -> Vec<SessionRow> {
    let list = &model.ui.sessions;
    let listed = &model.sessions.rows;
    let ours = model
        .session
        .row()
        .filter(|own| listed.iter().all(|row| row.id != own.id));
    let mut rows: Vec<SessionRow> = listed
        .iter()
        .cloned()
        .chain(ours)
        .filter(|row| list.filter.is_empty() || list.filter.passes(&session_text(row)))
        .collect();
    rows.sort_by(|a, b| {
        let by = match list.sort {
            'a' => a.client.cmp(&b.client),
            'm' => a.member.cmp(&b.member),
            't' => b.timeout_ms.cmp(&a.timeout_ms),
            'e' => b.ephemerals.cmp(&a.ephemerals),
            'q' => b.queued.cmp(&a.queued),
            _ => a.id.cmp(&b.id),
        };
        turned(by, list)
    });
    rows
}

/// The lines of the tree that are drawn.
#[must_use]
pub fn znodes(model: &Model) -> Vec<TreeRow> {
    model.tree.rows(&|path| model.ui.znodes.filter.passes(path))
}

/// How many rows the shown screen's list has.
#[must_use]
pub fn count(model: &Model) -> usize {
    match model.ui.screen {
        Screen::Members => members(model).len(),
        Screen::Sessions => sessions(model).len(),
        Screen::Znodes => znodes(model).len(),
    }
}

/// The name by which a row is selected, for each row of the shown screen.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    match model.ui.screen {
        Screen::Members => members(model)
            .iter()
            .map(|row| row.address.clone())
            .collect(),
        Screen::Sessions => sessions(model)
            .iter()
            .map(|row| row.id.to_string())
            .collect(),
        Screen::Znodes => znodes(model).into_iter().map(|row| row.path).collect(),
    }
}

/// Where the selected name is; where it was last, if it is gone.
#[must_use]
pub fn selected_index<T>(list: &List, rows: &[T], name: impl Fn(&T) -> &str) -> usize {
    list.selected
        .as_deref()
        .and_then(|selected| rows.iter().position(|row| name(row) == selected))
        .unwrap_or(list.last_index.min(rows.len().saturating_sub(1)))
}

/// The layout of the shown screen.
#[must_use]
pub fn layout(model: &Model) -> Layout {
    let content = Content {
        rows: count(model),
        verdict: verdict_lines(model).len(),
        is_demo: model.crowd.is_some(),
        has_news: model.history.total() > 1,
    };
    layout::layout(model.ui.window, model.ui.screen, content)
}

/// The verdict's sentence as it is broken in this window: one line, or two where a tall
/// window is too narrow for it.
#[must_use]
pub fn verdict_lines(model: &Model) -> Vec<String> {
    let columns = usize::from(model.ui.window.0).saturating_sub(VERDICT_INDENT + 1);
    let mut lines = wrap(&clean(said(model)), columns);
    let most = if layout::is_tall(model.ui.window) {
        2
    } else {
        1
    };
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(cut(&rest, columns));
    }
    lines
}

/// The sentence, without the word that stands before it anyway.
#[must_use]
pub fn said(model: &Model) -> &str {
    let sentence = model.verdict.sentence.as_str();
    let repeated = ["Cannot tell: ", "No quorum: "];
    repeated
        .iter()
        .find_map(|word| sentence.strip_prefix(word))
        .unwrap_or(sentence)
}

/// Where the sentence begins, behind mark and word.
pub const VERDICT_INDENT: usize = 15;

/// Whether an operator should look at it.
#[must_use]
pub fn has_fault(model: &Model, member: &Member) -> bool {
    !matches!(member.state(model.now), State::Serving)
}

fn rank(model: &Model, member: &Member) -> u8 {
    match member.current_role(model.now) {
        Some(Role::Leader | Role::Standalone) => 0,
        Some(Role::Follower) => 1,
        Some(Role::Observer) => 2,
        Some(Role::ReadOnly | Role::Looking) => 3,
        None => 4,
    }
}

fn member_text(model: &Model, member: &Member) -> String {
    let role = member.current_role(model.now).map_or("", Role::name);
    let vote = if member.vote == Vote::Observer {
        "observer"
    } else {
        ""
    };
    let state = if has_fault(model, member) {
        "fault"
    } else {
        ""
    };
    let sid = member.sid.map_or_else(String::new, |sid| sid.to_string());
    let version = member.facts.version.as_deref().unwrap_or("");
    format!("{sid} {} {role} {vote} {state} {version}", member.address)
}

fn session_text(row: &SessionRow) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    format!(
        "{} {} {} {}",
        row.id,
        part(&row.client),
        part(&row.member),
        part(&row.last_op)
    )
}

fn turned(by: Ordering, list: &List) -> Ordering {
    if list.descending { by.reverse() } else { by }
}
