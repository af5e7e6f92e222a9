//! A member's disk is much slower than its peers'.

use std::collections::{BTreeMap, VecDeque};

use super::median;
use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Remedy, Rule, Subject, Suggestion, Threshold, evidence::Evidence,
    },
    member::{Member, State},
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 5,
        least: 2,
        most: 1000,
        unit: "times its peers",
    }),
    // A disk is slow, or it was: half a minute tells the two apart.
    debounce_ms: 20_000,
    hold_off_ms: 20_000,
    becomes: Some("member-down"),
    needs_page: true,
    ..About::of("slow-fsync", "a disk is much slower than the others'")
};

/// Below this a multiple of the peers is no trouble to anybody.
const LEAST_MS: f64 = 20.0;
/// The newest fsyncs of a member that are kept: of a disk that takes 400 ms for each, those of
/// eight seconds.
const KEPT: usize = 20;
/// Fewer say nothing.
const ENOUGH: usize = 3;

/// The newest fsyncs of each member, by address.
#[derive(Clone, Debug, Default)]
pub(super) struct SlowFsync {
    disks: BTreeMap<String, Disk>,
}

#[derive(Clone, Debug, Default)]
struct Disk {
    newest_ms: VecDeque<f64>,
    /// Apache's count and sum when last looked at: it tells only the mean since its start.
    count: i64,
    sum_ms: f64,
    beat_seq: u64,
    beat_fsync_us: Option<u64>,
}

impl Rule for SlowFsync {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        for member in &model.members {
            if member.state(model.now) == State::Serving {
                let disk = self.disks.entry(member.address.clone()).or_default();
                disk.hear(member);
            } else {
                self.disks.remove(&member.address);
            }
        }
        let current: Vec<(&Member, f64)> = model
            .members
            .iter()
            .filter_map(|member| Some((member, self.disks.get(&member.address)?.current_ms()?)))
            .collect();
        let mut found = Vec::new();
        for (member, own_ms) in &current {
            let peers = current
                .iter()
                .filter(|(other, _)| other.address != member.address)
                .map(|(_, ms)| *ms);
            let Some(peers_ms) = median(peers) else {
                continue;
            };
            if *own_ms >= LEAST_MS && *own_ms >= threshold as f64 * peers_ms {
                found.push(finding(evidence, member, *own_ms, peers_ms));
            }
        }
        found
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let tells = |member: &&Member| {
            member.facts.fsync_ms.is_some()
                || member
                    .pulse
                    .as_ref()
                    .is_some_and(|pulse| pulse.beat.fsync_last_us.is_some())
        };
        let all = model.members.len();
        match model.members.iter().filter(tells).count() {
            _ if all < 2 => CanTell::No("one member alone has no peers to compare with".to_owned()),
            n if n < 2 => CanTell::No(format!(
                "{n} of {all} members tell their fsyncs, and two are needed: open mntr or the \
                 AdminServer (4lw.commands.whitelist=mntr,...)"
            )),
            n if n < all => CanTell::Partly(format!("{n} of {all} members tell their fsyncs")),
            _ => CanTell::Yes,
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}

impl Disk {
    fn hear(&mut self, member: &Member) {
        match &member.pulse {
            Some(pulse) if pulse.beat.seq != self.beat_seq => {
                self.beat_seq = pulse.beat.seq;
                // An idle log tells the same fsync in every beat.
                if pulse.beat.fsync_last_us != self.beat_fsync_us {
                    self.beat_fsync_us = pulse.beat.fsync_last_us;
                    self.beat_fsync_us.iter().for_each(|us| {
                        push(&mut self.newest_ms, *us as f64 / 1000.0);
                    });
                }
            }
            Some(_) => {}
            None => self.hear_summary(member),
        }
    }

    /// The mean of the fsyncs since the last look, from the counts since the start.
    fn hear_summary(&mut self, member: &Member) {
        let Some(summary) = member.facts.fsync_ms else {
            return;
        };
        let sum_ms = summary.avg * summary.count as f64;
        let new = summary.count - self.count;
        if new > 0 && self.count > 0 {
            push(
                &mut self.newest_ms,
                ((sum_ms - self.sum_ms) / new as f64).max(0.0),
            );
        }
        if new != 0 {
            // Statistics that were reset begin anew.
            self.count = summary.count;
            self.sum_ms = sum_ms;
        }
    }

    fn current_ms(&self) -> Option<f64> {
        (self.newest_ms.len() >= ENOUGH)
            .then(|| median(self.newest_ms.iter().copied()))
            .flatten()
    }
}

fn push(newest: &mut VecDeque<f64>, ms: f64) {
    if newest.len() == KEPT {
        newest.pop_front();
    }
    newest.push_back(ms);
}

fn finding(evidence: &Evidence<'_>, member: &Member, own_ms: f64, peers_ms: f64) -> Finding {
    let name = evidence.name(member);
    let leads = evidence
        .model
        .leader()
        .is_some_and(|leader| leader.address == member.address);
    let mut why = vec![format!(
        "median of its newest fsyncs {own_ms:.0} ms, its peers' {peers_ms:.1} ms"
    )];
    let pulse = member.pulse.as_ref();
    if let Some(us) = pulse.and_then(|pulse| pulse.beat.fsync_p99_us) {
        why.push(format!("p99 since its start {} ms", us / 1000));
    }
    let order = evidence.model.carriers.order();
    let costs = order
        .zip(member.sid)
        .and_then(|(order, sid)| order.costs(sid));
    why.push(
        costs.unwrap_or_else(|| {
            "a commit waits for it only where a majority is no quicker".to_owned()
        }),
    );
    let suggestion = if leads {
        Suggestion::of(
            Remedy::Transfer,
            &member.address,
            "Look at its disk; hand leadership to a member with a healthier one.",
        )
    } else {
        Suggestion::advice("Look at its disk and at what else writes on it.")
    };
    Finding {
        rule: ABOUT.name,
        subject: Subject::Member(member.address.clone()),
        urgency: evidence.urgency_of(member),
        title: format!("the disk of {name} is slow"),
        sentence: format!(
            "The disk of {name} is slow: fsync {own_ms:.0} ms, its peers {peers_ms:.1} ms."
        ),
        why,
        suggestion,
    }
}
