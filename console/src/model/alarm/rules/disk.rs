//! A member's disk fills up: a member that cannot write its log ends. Little room is told, and
//! so is a pace at which there will be none soon.

use std::collections::{BTreeMap, VecDeque};

use zoowarden_shared::admin::SnapshotList;

use crate::{
    model::{
        Model,
        alarm::{
            About, CanTell, Finding, Rule, Subject, Suggestion, Threshold, evidence::Evidence,
        },
        clock::age,
        links::knock::is_ours,
        member::Member,
        survey::{Answer, DISK_EVERY_MS, Question},
    },
    text::{bytes, many},
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 1000,
        least: 10,
        most: 10_000_000,
        unit: "MB left",
    }),
    // A look comes once a minute, and there is no doubt in it.
    debounce_ms: 0,
    hold_off_ms: 2 * DISK_EVERY_MS,
    becomes: Some("member-down"),
    needs_page: true,
    ..About::of("disk-filling", "a member's disk fills up")
};

/// Looks that are kept: a quarter of an hour.
const KEPT: usize = 15;
/// A pace is counted over at least so long: logs are allocated in steps.
const PACE_LEAST_MS: u64 = 10 * 60_000;
/// And over at least so much: less is what any disk does.
const PACE_LEAST_BYTES: u64 = 200_000_000;
/// Full within so long is told now: an operator needs time to make room.
const SOON_MS: u64 = 4 * 3_600_000;
/// What is older says nothing of now.
const FRESH_MS: u64 = 5 * DISK_EVERY_MS;

/// What each disk had left, by the member's address.
#[derive(Clone, Debug, Default)]
pub(super) struct DiskFilling {
    disks: BTreeMap<String, Disk>,
}

/// When it was looked at, and the bytes that were left; the newest last.
#[derive(Clone, Debug, Default)]
struct Disk(VecDeque<(u64, u64)>);

impl Rule for DiskFilling {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let mut found = Vec::new();
        self.disks
            .retain(|address, _| model.member(address).is_some());
        for member in &model.members {
            let Some((at_mono_ms, list, free)) = told(model, member) else {
                continue;
            };
            let disk = self.disks.entry(member.address.clone()).or_default();
            disk.looked(at_mono_ms, free);
            let full_in_ms = disk.full_in_ms().filter(|ms| *ms <= SOON_MS);
            if full_in_ms.is_some() || free < threshold.saturating_mul(1_000_000) {
                found.push(finding(evidence, member, list, free, full_in_ms));
            }
        }
        found
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let all = model.members.len();
        let tells = |member: &&Member| told(model, member).is_some();
        match model.members.iter().filter(tells).count() {
            0 if model.members.iter().any(is_ours) => CanTell::No(
                "no member has told yet: members of ours do, by their AdminServers".to_owned(),
            ),
            0 => CanTell::No(
                "Apache's members tell how much they use and not what is free: use the host's \
                 monitoring, or a read-only hook (df)"
                    .to_owned(),
            ),
            n if n < all => CanTell::Partly(format!(
                "{n} of {all} members tell: those of ours, by their AdminServers"
            )),
            _ => CanTell::Yes,
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}

impl Disk {
    fn looked(&mut self, at_mono_ms: u64, free: u64) {
        if self.0.back().is_some_and(|(at, _)| *at == at_mono_ms) {
            return;
        }
        // Somebody has made room: what was before is no pace any more.
        if self.0.back().is_some_and(|(_, before)| free > *before) {
            self.0.clear();
        }
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((at_mono_ms, free));
    }

    /// When it is full if it goes on like this; `None` where there is no pace to speak of.
    fn full_in_ms(&self) -> Option<u64> {
        let (first_ms, before) = self.0.front()?;
        let (last_ms, free) = self.0.back()?;
        let took_ms = last_ms.saturating_sub(*first_ms);
        let used = before.saturating_sub(*free);
        if took_ms < PACE_LEAST_MS || used < PACE_LEAST_BYTES {
            return None;
        }
        let ms = u128::from(*free) * u128::from(took_ms) / u128::from(used);
        u64::try_from(ms).ok()
    }
}

/// What a member told of its directories a moment ago, and the room that it has left.
fn told<'a>(model: &'a Model, member: &Member) -> Option<(u64, &'a SnapshotList, u64)> {
    let told = model.survey.told(&member.address, &Question::Snapshots)?;
    let age_ms = model.now.mono_ms.saturating_sub(told.at_mono_ms);
    if told.fault.is_some() || age_ms > FRESH_MS {
        return None;
    }
    match told.value.as_ref()? {
        Answer::Snapshots(list) => Some((told.at_mono_ms, list, list.free_bytes?)),
        _ => None,
    }
}

fn finding(
    evidence: &Evidence<'_>,
    member: &Member,
    list: &SnapshotList,
    free: u64,
    full_in_ms: Option<u64>,
) -> Finding {
    let name = evidence.name(member);
    let left = bytes(free);
    let soon = full_in_ms.map_or(String::new(), |ms| {
        format!(", and is full in {} if it goes on like this", age(ms))
    });
    let snapshots = (list.snapshots.len() + list.left_out) as u64;
    let mut why = vec![format!(
        "{} in {}; {}",
        bytes(list.log_bytes),
        many(list.logs as u64, "log", "logs"),
        many(snapshots, "snapshot", "snapshots")
    )];
    if let Some(newest) = list.snapshots.first() {
        let fits = if newest.bytes < free {
            "fits"
        } else {
            "does NOT fit"
        };
        why.push(format!(
            "the next snapshot takes {}: it {fits}",
            bytes(newest.bytes)
        ));
    }
    Finding {
        rule: ABOUT.name,
        subject: Subject::Member(member.address.clone()),
        urgency: evidence.urgency_of(member),
        title: format!("the disk of {name} fills up"),
        sentence: format!("The disk of {name} has {left} left{soon}."),
        why,
        suggestion: Suggestion::advice(
            "Make room: purge old snapshots and logs (autopurge.snapRetainCount), and see what else \
             writes there. A member that cannot write its log ends.",
        ),
    }
}
