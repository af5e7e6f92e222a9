//! The members in the order in which the overview draws them: the leader, those with a vote,
//! those without.

use crate::model::{
    Model,
    member::{Member, Vote},
};
use zoowarden_shared::admin::Role;

/// The members, as they are drawn.
#[derive(Debug)]
pub struct Ranks<'a> {
    pub leader: Option<&'a Member>,
    /// All others that vote, or of which that is not known.
    pub followers: Vec<&'a Member>,
    pub observers: Vec<&'a Member>,
}

impl<'a> Ranks<'a> {
    /// All of them in order.
    pub fn all(&self) -> impl Iterator<Item = &'a Member> {
        self.leader
            .into_iter()
            .chain(self.followers.iter().copied())
            .chain(self.observers.iter().copied())
    }
}

/// Who stands where.
#[must_use]
pub fn ranks(model: &Model) -> Ranks<'_> {
    let leader = model.leader();
    let is_leader = |member: &&Member| leader.is_none_or(|leader| leader.address != member.address);
    let observes = |member: &&Member| {
        !member.vote.may_count()
            || (member.vote == Vote::Unknown && member.facts.role == Some(Role::Observer))
    };
    let (observers, followers) = model.members.iter().filter(is_leader).partition(observes);
    Ranks {
        leader,
        followers,
        observers,
    }
}

/// The name by which each is selected.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    ranks(model)
        .all()
        .map(|member| member.address.clone())
        .collect()
}
