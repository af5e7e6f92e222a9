//! The sentence for those who own the network: who hears nothing from whom, since when, and
//! what shows that it is the way and not the host. It names hosts and ports, which they know,
//! and no roles or ids, which they do not.

use super::{End, Link, LinkState, MeasuredBy, links};
use crate::model::{Model, clock::time_of_day, member::Member, roster::split};
use zoowarden_shared::admin::Role;

/// The sentence on one link; `None` where nothing is wrong that the network could be blamed for.
#[must_use]
pub fn sentence(model: &Model, link: &Link) -> Option<String> {
    if !matches!(link.state, LinkState::Cut | LinkState::Slow) || link.process.is_some() {
        return None;
    }
    let to = model.member(&link.to)?;
    let since = model.links.since(link).map_or(String::new(), |since| {
        format!(" since {} UTC", time_of_day(since.wall_ms))
    });
    let witness = witness(model, link);
    let (from, at) = match &link.from {
        End::Here => ("this console's host".to_owned(), to.address.clone()),
        End::Member(from) => {
            let from = model.member(from)?;
            (host(model, from), quorum_address(model, from, to))
        }
    };
    let fault = match link.state {
        LinkState::Cut => "no answer at",
        _ => "late answers at",
    };
    let last = match link.measured_by {
        MeasuredBy::Earlier => ", as it was last seen",
        _ => "",
    };
    Some(format!(
        "From {from} {fault} {at} (TCP){since}{last}{witness}."
    ))
}

/// What shows that an end of it is alive: the same target answers another, or the same source
/// reaches another.
fn witness(model: &Model, link: &Link) -> String {
    let all = links(model);
    let same_target = all.iter().find(|other| {
        other.to == link.to && other.from != link.from && other.state == LinkState::Fresh
    });
    if let Some(other) = same_target
        && let Some(to) = model.member(&link.to)
    {
        let by = match &other.from {
            End::Here => Some("this console's host".to_owned()),
            End::Member(from) => model.member(from).map(|member| host(model, member)),
        };
        if let Some(by) = by {
            return format!(", while {} answers {by}", host(model, to));
        }
    }
    let same_source = all.iter().find(|other| {
        other.from == link.from && other.to != link.to && other.state == LinkState::Fresh
    });
    match same_source.and_then(|other| model.member(&other.to)) {
        Some(other) if link.from == End::Here => format!(", while {} answers", other.address),
        Some(other) => format!(", while {} answers it", host(model, other)),
        None => String::new(),
    }
}

/// Its host in the configuration, which is what the members use among themselves; its address
/// where another member has the same host.
fn host(model: &Model, member: &Member) -> String {
    let of_host = |other: &&Member| split(&other.address).0 == split(&member.address).0;
    if model.members.iter().filter(of_host).count() > 1 {
        return member.address.clone();
    }
    let spec = member
        .sid
        .and_then(|sid| model.known.config.servers.get(&sid));
    spec.and_then(|spec| spec.addresses.first()).map_or_else(
        || split(&member.address).0.to_owned(),
        |peer| peer.host.clone(),
    )
}

/// Where one end reaches the other: a learner connects to its leader's quorum port, and what
/// the leader sends comes back over that connection.
fn quorum_address(model: &Model, from: &Member, to: &Member) -> String {
    // Who led last did so until nobody did.
    let is_last = model.leader().is_none();
    let is_leader = |member: &Member| {
        member.facts.role == Some(Role::Leader) && (is_last || !member.is_stale(model.now))
    };
    let server = if is_leader(from) { from } else { to };
    let spec = server
        .sid
        .and_then(|sid| model.known.config.servers.get(&sid))
        .and_then(|spec| spec.addresses.first());
    let at = spec.map_or_else(
        || format!("{}:?", split(&server.address).0),
        |peer| format!("{}:{}", peer.host, peer.quorum_port),
    );
    if is_leader(from) {
        format!("{}, over its connection to {at}", host(model, to))
    } else {
        at
    }
}
