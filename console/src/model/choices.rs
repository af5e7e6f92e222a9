//! `x`: what can be done with what is selected, numbered, the worst last. The list is kept as it
//! was opened: a number must not mean another action than the one that was read.

use zoowarden_shared::{SessionId, stat::EphemeralOwner};

use super::{
    Model,
    recovery::proposals_for,
    rows,
    ui::{Overlay, Page, Screen},
};
use crate::action::{Proposal, Selected, Who};

/// The list that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// What it is about, in words.
    pub about: String,
    pub proposals: Vec<Proposal>,
    pub selected: usize,
}

impl Choices {
    /// What can be done with what is selected on the shown screen.
    ///
    /// # Errors
    /// Why there is nothing, in words.
    pub fn of(model: &Model) -> Result<Self, String> {
        let (about, selected) = selected(model)?;
        let mut proposals = proposals_for(model, &selected);
        // They are for the screen that shows what has been lost.
        proposals.retain(|proposal| !proposal.action.kind().is_last_resort());
        if proposals.is_empty() {
            return Err(format!("nothing can be done with {about} from here"));
        }
        Ok(Self {
            about,
            proposals,
            selected: 0,
        })
    }

    /// The action of a number as it stands on the screen, from 1.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Option<&Proposal> {
        self.proposals.get(number.checked_sub(1)?)
    }
}

fn selected(model: &Model) -> Result<(String, Selected), String> {
    if model.ui.overlay == Some(Overlay::Page(Page::Snapshots)) {
        return Ok(("a snapshot as of now".to_owned(), Selected::Snapshots));
    }
    let names = rows::names(model);
    let at = rows::selected_index(model.ui.list(), &names, String::as_str);
    let name = names.get(at).ok_or("nothing is selected")?;
    match model.ui.screen {
        Screen::Overview | Screen::Members => member(model, name),
        Screen::Links => match rows::links::listed(model).get(at).map(|link| &link.to) {
            Some(to) => member(model, to),
            None => Err("no link is selected".to_owned()),
        },
        Screen::Sessions => match rows::sessions(model).get(at) {
            Some(row) => Ok((format!("session {}", row.id), Selected::Session(row.id))),
            None => Err("no session is selected".to_owned()),
        },
        Screen::Znodes => {
            let stat = model.tree.nodes.get(name).and_then(|node| node.stat.value);
            let owner = stat.map(|stat| EphemeralOwner::from_raw(stat.ephemeral_owner, true));
            match owner {
                Some(EphemeralOwner::Session(owner)) => {
                    let selected = Selected::Session(SessionId(owner));
                    Ok((format!("the owner of {name}"), selected))
                }
                _ => Err(format!(
                    "{name} has no owner to act on: it is not ephemeral"
                )),
            }
        }
        _ => Ok(("the ensemble".to_owned(), Selected::Ensemble)),
    }
}

fn member(model: &Model, address: &str) -> Result<(String, Selected), String> {
    let member = model.member(address).ok_or("no member is selected")?;
    let who = match member.sid {
        Some(sid) => Who::Sid(sid),
        None => Who::Address(address.to_owned()),
    };
    Ok((format!("member {who}"), Selected::Member(who)))
}
