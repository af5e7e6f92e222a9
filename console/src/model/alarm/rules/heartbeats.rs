//! A member is silent for longer than it ever is: the shared detector's suspicion, not a
//! fixed count. Members of ours are judged by their own beats, Apache's by their answers.

use std::collections::BTreeMap;

use zoowarden_shared::detector::{Calibration, Detector};

use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Remedy, Rule, Subject, Suggestion, Threshold, evidence::Evidence,
        notice::Urgency,
    },
    member::Member,
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        // `SUSPECT_ALONE_PHI`: this console is one vantage.
        usual: 8,
        least: 2,
        most: 16,
        unit: "phi",
    }),
    // A busy machine stands still for half a second now and then: that is nobody's fault. One
    // that is gone for good refuses at once, and is another rule's.
    debounce_ms: 1000,
    becomes: Some("member-down"),
    ..About::of(
        "missed-heartbeats",
        "a member is silent for longer than it ever is",
    )
};

/// One detector for each member, fed by what is new in the model.
#[derive(Clone, Debug, Default)]
pub(super) struct MissedHeartbeats {
    watched: BTreeMap<String, Watched>,
}

#[derive(Clone, Debug)]
struct Watched {
    /// The boot nonce of the beats; `None` where answers to polls stand for them.
    boot: Option<String>,
    interval_ms: u64,
    /// The newest that the detector was told.
    seq: u64,
    at_mono_ms: u64,
    detector: Detector,
}

impl Rule for MissedHeartbeats {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        self.hear(model);
        if evidence.own_pause {
            for watched in self.watched.values_mut() {
                watched.detector.paused(model.now.mono_ms * 1000);
            }
        }
        // What became of one that is silent for good is another rule's.
        let judged: Vec<&Member> = model
            .members
            .iter()
            .filter(|member| member.heard_mono_ms.is_some() && !evidence.is_lost(member))
            .collect();
        let found: Vec<Finding> = judged
            .iter()
            .filter_map(|member| self.found(evidence, member, threshold))
            .collect();
        // Most of them at once: this machine or its network stands still for a moment. If it
        // lasts, it is this console's own connection that is told.
        if found.len() > 1 && 2 * found.len() > judged.len() {
            return Vec::new();
        }
        found
    }

    fn hear(&mut self, model: &Model) {
        for member in &model.members {
            self.hear_member(member);
        }
    }

    fn moved(&mut self) {
        self.watched.clear();
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let calibrated = |member: &&Member| {
            self.watched
                .get(&member.address)
                .is_some_and(|watched| watched.detector.calibration() == Calibration::Calibrated)
        };
        let asked = model
            .members
            .iter()
            .filter(|member| member.unaddressed.is_none());
        let (known, all) = (asked.clone().filter(calibrated).count(), asked.count());
        if known == all {
            CanTell::Yes
        } else {
            CanTell::Partly(format!(
                "{known} of {all} members: the others were heard less than ten times, or too \
                 irregularly"
            ))
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}

impl MissedHeartbeats {
    /// Tells a member's detector what is new of it.
    fn hear_member(&mut self, member: &Member) {
        let (boot, interval_ms, seq, at_mono_ms) = match (&member.pulse, member.heard_mono_ms) {
            (Some(pulse), _) => (
                Some(pulse.beat.boot.as_str()),
                pulse.beat.interval_ms,
                Some(pulse.beat.seq),
                pulse.at_mono_ms,
            ),
            (None, Some(heard)) => (None, member.interval_ms, None, heard),
            (None, None) => return,
        };
        let known = self.watched.get_mut(&member.address).filter(|watched| {
            // A stream that broke off leaves the silence that its beats began.
            let is_same_silence = boot.is_none() && at_mono_ms <= watched.at_mono_ms;
            if is_same_silence {
                return true;
            }
            watched.boot.as_deref() == boot && watched.interval_ms == interval_ms
        });
        let Some(watched) = known else {
            let mut detector = Detector::new(interval_ms * 1000);
            let seq = seq.unwrap_or(1);
            detector.heard(seq, at_mono_ms * 1000);
            let watched = Watched {
                boot: boot.map(str::to_owned),
                interval_ms,
                seq,
                at_mono_ms,
                detector,
            };
            self.watched.insert(member.address.clone(), watched);
            return;
        };
        // A poll has no number: each answer at a new time is the next one.
        let is_new = match seq {
            Some(seq) => seq != watched.seq,
            None => at_mono_ms > watched.at_mono_ms,
        };
        if is_new {
            watched.seq = seq.unwrap_or(watched.seq + 1);
            watched.at_mono_ms = at_mono_ms;
            watched.detector.heard(watched.seq, at_mono_ms * 1000);
        }
    }

    fn found(&self, evidence: &Evidence<'_>, member: &Member, threshold: u64) -> Option<Finding> {
        let watched = self.watched.get(&member.address)?;
        let now_us = evidence.mono_ms() * 1000;
        let phi = watched.detector.phi(now_us)?;
        let is_evidence = watched.detector.calibration() == Calibration::Calibrated;
        if !is_evidence || phi < threshold as f64 {
            return None;
        }
        let name = evidence.name(member);
        let silence_ms = evidence.mono_ms().saturating_sub(watched.at_mono_ms);
        let usual_ms = watched
            .detector
            .fitted()
            .map_or(watched.interval_ms as f64, |fitted| {
                fitted.mean_us() / 1000.0
            });
        let heard_by = if watched.boot.is_some() {
            "its own heartbeats"
        } else {
            "answers to our polls"
        };
        Some(Finding {
            rule: ABOUT.name,
            subject: Subject::Member(member.address.clone()),
            // A suspicion: what it turns into says how much it matters.
            urgency: Urgency::Normal.min(evidence.urgency_of(member)),
            title: format!("{name} misses heartbeats"),
            sentence: format!(
                "{name} is silent for {:.1} s, normally {:.1} s.",
                silence_ms as f64 / 1000.0,
                usual_ms / 1000.0
            ),
            why: vec![
                format!("suspicion {phi:.0} (phi) from {heard_by}, told from {threshold} on"),
                format!("lost on the way: {:.0} %", watched.detector.loss() * 100.0),
            ],
            suggestion: Suggestion::of(
                Remedy::Restart,
                &member.address,
                "Wait for the next second: it stands still, or the way to it is cut. If it stays \
                 so, restart it.",
            ),
        })
    }
}
