//! The members in the order drawn.

use zoowarden_shared::admin::Role;

use super::turned;
use crate::model::{
    Model,
    member::{Member, State, Vote},
    ui::Screen,
};

/// The members that are drawn.
#[must_use]
pub fn members(model: &Model) -> Vec<&Member> {
    let list = model.ui.list_of(Screen::Members);
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
