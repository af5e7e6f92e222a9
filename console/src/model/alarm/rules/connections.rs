//! A client host comes near `maxClientCnxns`, beyond which a member hangs up on it.

use std::collections::BTreeMap;

use zoowarden_shared::admin::ClientConnection;

use crate::model::{
    Model,
    alarm::{About, CanTell, Finding, Rule, Subject, Suggestion, Threshold, evidence::Evidence},
    member::{Member, State},
    roster::split,
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 85,
        least: 10,
        most: 99,
        unit: "% of maxClientCnxns",
    }),
    debounce_ms: 0,
    hold_off_ms: 15_000,
    becomes: Some("member-down"),
    needs_page: true,
    ..About::of(
        "connection-limit",
        "a client host comes near maxClientCnxns on a member",
    )
};

/// An older list says nothing of now: they are listed every 10 s while screen 5 is open.
const FRESH_MS: u64 = 30_000;

#[derive(Clone, Copy, Debug)]
pub(super) struct ConnectionLimit;

impl Rule for ConnectionLimit {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let mut found = Vec::new();
        for member in &model.members {
            let Some(limit) = limit(member) else { continue };
            let Some(listed) = listed(model, member) else {
                continue;
            };
            let fullest = by_host(listed).into_iter().max_by_key(|(_, n)| *n);
            let Some((host, open)) = fullest.filter(|(_, n)| n * 100 >= limit * threshold) else {
                continue;
            };
            let name = evidence.name(member);
            found.push(Finding {
                rule: ABOUT.name,
                subject: Subject::Member(member.address.clone()),
                urgency: evidence.urgency_of(member),
                title: format!("{name}: a client near its connection limit"),
                sentence: format!(
                    "{host} has {open} connections to {name}, and {limit} are the limit for one \
                     address."
                ),
                why: vec!["beyond maxClientCnxns the member hangs up on that host".to_owned()],
                suggestion: Suggestion::advice(
                    "Look for a client that leaks sessions (screen 5), or raise maxClientCnxns.",
                ),
            });
        }
        found
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let limited = model.members.iter().filter(|m| limit(m).is_some()).count();
        if limited == 0 {
            return CanTell::No(
                "no member tells its maxClientCnxns: conf or the AdminServer must be open \
                 (4lw.commands.whitelist=conf,cons,...)"
                    .to_owned(),
            );
        }
        CanTell::Partly(
            "while screen 5 is open, and where members list their connections (cons): listing \
             them costs the members"
                .to_owned(),
        )
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}

/// `maxClientCnxns`, where it is a limit.
fn limit(member: &Member) -> Option<u64> {
    let told = member.facts.max_client_cnxns?;
    u64::try_from(told).ok().filter(|limit| *limit > 0)
}

/// The member's connections, where they are fresh.
fn listed<'a>(model: &'a Model, member: &Member) -> Option<&'a [ClientConnection]> {
    let told = model.sessions.connections.get(&member.address)?;
    let is_fresh = told.fault.is_none()
        && model.now.mono_ms.saturating_sub(told.at_mono_ms) < FRESH_MS
        && member.state(model.now) == State::Serving;
    told.value.as_deref().filter(|_| is_fresh)
}

fn by_host(listed: &[ClientConnection]) -> BTreeMap<&str, u64> {
    let mut hosts = BTreeMap::new();
    for connection in listed {
        *hosts.entry(split(&connection.remote).0).or_insert(0) += 1;
    }
    hosts
}
