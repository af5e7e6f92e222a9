//! Facts of one member in few words, for its box and its line.

use ratatui::style::Style;
use zoowarden_shared::admin::Role;

use crate::{
    model::{
        Model,
        clock::age,
        lag::Lag,
        links::severed_ms,
        member::{Member, State, Vote},
        probe::Fault,
        rates::greatest,
        roster::split,
        verdict::lag_of,
    },
    text::{clean, count, many},
    view::{header::ms, theme},
};

/// What counts as its present fsync: the slowest of the last so many seconds.
const FSYNC_S: u64 = 10;
/// Clients that came or went in so many seconds are shown.
const MOVED_S: u64 = 15;
/// From so many on.
const MOVED_LEAST: i64 = 3;

/// Its name without what all members' names have in common: `zk1`, or `:40001` where all of
/// them are on one host.
pub(in crate::view) fn name(model: &Model, member: &Member) -> String {
    let (host, port) = split(&member.address);
    let shares_host =
        |other: &Member| other.address != member.address && split(&other.address).0 == host;
    let is_ip = host.parse::<std::net::IpAddr>().is_ok();
    match port {
        Some(port) if model.members.iter().any(shares_host) => format!(":{port}"),
        Some(_) if is_ip => clean(host),
        Some(_) => clean(host.split('.').next().unwrap_or(host)),
        None => clean(&member.address),
    }
}

/// The mark of how it is. One that answers here and hears no leader is of no use to anybody.
pub(in crate::view) fn mark(model: &Model, member: &Member) -> (&'static str, Style) {
    match severed_ms(model, member) {
        Some(_) => theme::state(&State::NotServing),
        None => theme::state(&member.state(model.now)),
    }
}

/// Its id, or its name where that is not known.
pub(super) fn tag(model: &Model, member: &Member) -> String {
    member
        .sid
        .map_or_else(|| name(model, member), |sid| sid.to_string())
}

/// Its id and its name.
pub(in crate::view) fn both(model: &Model, member: &Member) -> String {
    let name = name(model, member);
    member
        .sid
        .map_or(name.clone(), |sid| format!("{sid} {name}"))
}

/// Its role, or what it is instead, in a word; and how that is drawn.
pub(super) fn role(model: &Model, member: &Member) -> (String, Style) {
    let word = |text: &str, style| (text.to_owned(), style);
    match member.state(model.now) {
        State::Silent(_) if model.ended.contains_key(&member.address) => word("DEAD", theme::BAD),
        State::Silent(Fault::Refused) => word("DOWN", theme::BAD),
        State::Silent(_) => word("SILENT", theme::BAD),
        State::NotServing => word("NOT SERVING", theme::WARN),
        State::Shut => word("shut", theme::WARN),
        State::Unaddressed | State::Asking => {
            let vote = match member.vote {
                Vote::Observer => "observer",
                Vote::Participant => "voter",
                Vote::Outside => "no member",
                Vote::Unknown => "?",
            };
            let was = member.remembered.as_ref().and_then(|was| was.role);
            match was {
                Some(role) => (format!("was {role}"), theme::QUIET),
                None => word(vote, theme::QUIET),
            }
        }
        // Whatever it says it is: nobody counts it.
        State::Serving | State::ReadOnly if member.vote == Vote::Outside => {
            word("no member", theme::WARN)
        }
        State::Serving | State::ReadOnly => match member.current_role(model.now) {
            Some(Role::Leader) if is_outdated(model, member) => word("old leader", theme::WARN),
            Some(Role::Leader) => word("LEADER", theme::STRONG),
            _ if severed_ms(model, member).is_some() => word("CUT OFF", theme::WARN),
            Some(Role::Standalone) => word("STANDALONE", theme::STRONG),
            Some(Role::ReadOnly) => word("read-only", theme::WARN),
            Some(role) => word(role.name(), Style::new()),
            None => word("?", theme::WARN),
        },
    }
}

fn is_outdated(model: &Model, member: &Member) -> bool {
    model
        .leader()
        .is_some_and(|leader| leader.address != member.address)
}

/// `lag 0`; of a leader its epoch.
pub(super) fn lag(model: &Model, member: &Member) -> (String, Style) {
    if matches!(
        member.current_role(model.now),
        Some(Role::Leader | Role::Standalone)
    ) {
        return match member.facts.epoch() {
            Some(epoch) => (format!("epoch {epoch}"), Style::new()),
            None => (String::new(), Style::new()),
        };
    }
    match lag_of(model, member) {
        Some(Lag::Behind(0)) => ("lag 0".to_owned(), Style::new()),
        Some(Lag::Behind(n)) => {
            let style = if n > 1000 { theme::WARN } else { Style::new() };
            (format!("lag {}", count(n)), style)
        }
        Some(Lag::NewEpoch) => ("new epoch".to_owned(), Style::new()),
        None => ("lag ?".to_owned(), theme::QUIET),
    }
}

/// `fsync 1.2 ms`: of ours the slowest of the last seconds, of Apache's the mean since its start,
/// which is said.
pub(in crate::view) fn fsync(model: &Model, member: &Member) -> (String, Style) {
    let now_s = model.now.mono_ms / 1000;
    let told = model.rates.fsync_us.get(&member.address);
    let ours = told.and_then(|told| told.over(now_s, FSYNC_S, greatest));
    if let Some(us) = ours {
        let style = if us > 100_000.0 {
            theme::WARN
        } else {
            Style::new()
        };
        return (format!("fsync {} ms", ms(us as u64)), style);
    }
    match &member.facts.fsync_ms {
        Some(summary) if !member.is_stale(model.now) => {
            (format!("fsync avg {:.1} ms", summary.avg), Style::new())
        }
        _ => ("fsync ?".to_owned(), theme::QUIET),
    }
}

/// `24 clients +9`: with those that came or went a moment ago.
pub(super) fn clients(model: &Model, member: &Member) -> String {
    let now_s = model.now.mono_ms / 1000;
    if member.facts_mono_ms.is_none() {
        return "? clients".to_owned();
    }
    let Some(connections) = member.facts.connections else {
        return "? clients".to_owned();
    };
    let shown = many(u64::try_from(connections).unwrap_or(0), "client", "clients");
    if member.state(model.now) == State::NotServing {
        return "no clients".to_owned();
    }
    if member.is_stale(model.now) {
        return format!("had {shown}");
    }
    let before = model
        .rates
        .clients
        .get(&member.address)
        .and_then(|told| told.at(now_s.saturating_sub(MOVED_S)));
    let moved = before.map_or(0, |before| connections - before as i64);
    if moved.abs() >= MOVED_LEAST {
        format!("{shown} {moved:+}")
    } else {
        shown
    }
}

/// For how long it has been up, where it tells.
pub(super) fn uptime(member: &Member) -> Option<String> {
    let ms = u64::try_from(member.facts.uptime_ms?).ok()?;
    Some(age(ms))
}

/// Why it is not as it should be, and since when; `None` while it serves.
pub(super) fn trouble(model: &Model, member: &Member) -> Option<(String, Style)> {
    let now = model.now;
    let since = age(now.mono_ms.saturating_sub(member.state_since_mono_ms));
    let (text, style) = match member.state(now) {
        State::Serving => (
            format!("hears no leader, {}", age(severed_ms(model, member)?)),
            theme::WARN,
        ),
        State::ReadOnly => (format!("no quorum, {since}"), theme::WARN),
        State::NotServing => (format!("no quorum, {since}"), theme::WARN),
        State::Shut => ("every word is shut".to_owned(), theme::WARN),
        State::Asking => ("asked, no answer yet".to_owned(), theme::QUIET),
        State::Unaddressed => (member.why_unaddressed().to_owned(), theme::WARN),
        State::Silent(fault) => {
            let why = model
                .ended
                .get(&member.address)
                .map_or_else(|| fault.shown(), |end| ended(&end.how));
            (format!("{}, {since}", clean(&why)), theme::BAD)
        }
    };
    Some((text, style))
}

/// How a process ended, in the fewest words: `SIGKILL`, `exit 137`, `held down`.
fn ended(how: &str) -> String {
    // By what signal is of no matter then: it was wanted.
    if let Some((wanted, _)) = how.split_once(", signal: ") {
        return wanted.to_owned();
    }
    match how
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
    {
        Some((signal, _)) if how.starts_with("signal") => signal.to_owned(),
        _ => how.replace("exit status: ", "exit "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_in_the_fewest_words() {
        assert_eq!(ended("signal: 9 (SIGKILL)"), "SIGKILL");
        assert_eq!(ended("exit status: 137"), "exit 137");
        assert_eq!(ended("held down, signal: 9 (SIGKILL)"), "held down");
    }
}
