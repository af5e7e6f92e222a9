//! What sentences call a member, everywhere the same: by its id, and its address beside it.

use zoowarden_shared::{Sid, admin::Role};

use super::{
    Model,
    member::{Member, State},
    probe::Fault,
    roster::split,
};

/// `2 zk2:2181`, or the address alone while the id is not known.
#[must_use]
pub fn who(model: &Model, member: &Member) -> String {
    let name = label(model, member);
    match telling(member.sid, member.facts.role) {
        Some(sid) => format!("{sid} {name}"),
        None => name,
    }
}

/// The same, by its address.
#[must_use]
pub fn called(model: &Model, address: &str) -> String {
    let member = model.member(address);
    member.map_or_else(|| address.to_owned(), |member| who(model, member))
}

/// The id, where it tells something: a standalone server's means nothing.
#[must_use]
pub fn telling(sid: Option<Sid>, role: Option<Role>) -> Option<Sid> {
    sid.filter(|_| role != Some(Role::Standalone))
}

/// A member's address without the domain, where that is unambiguous and no question of the name.
#[must_use]
pub fn label(model: &Model, member: &Member) -> String {
    if member.state(model.now) == State::Silent(Fault::NoSuchHost) {
        return member.address.clone();
    }
    let short = short(&member.address);
    let is_unique = model
        .members
        .iter()
        .filter(|other| self::short(&other.address) == short)
        .count();
    if is_unique == 1 {
        short
    } else {
        member.address.clone()
    }
}

fn short(address: &str) -> String {
    match split(address) {
        (host, Some(port)) if host.parse::<std::net::IpAddr>().is_err() => {
            format!("{}:{port}", host.split('.').next().unwrap_or(host))
        }
        _ => address.to_owned(),
    }
}
