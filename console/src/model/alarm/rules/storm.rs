//! Many more sessions, or watches, within seconds than ever before.

use std::collections::VecDeque;

use crate::{
    model::{
        Model,
        alarm::{
            About, CanTell, Finding, Remedy, Rule, Subject, Suggestion, Threshold,
            evidence::Evidence, notice::Urgency,
        },
        member::{Member, State},
    },
    text::count,
};

/// The name of the rule about connections.
pub const SESSION_STORM: &str = "session-storm";

static SESSIONS: About = About {
    threshold: Some(Threshold {
        usual: 50,
        least: 1,
        most: 1_000_000,
        unit: "more a second",
    }),
    hold_off_ms: 10_000,
    ..About::of(
        SESSION_STORM,
        "connections grow much faster than they ever did",
    )
};

static WATCHES: About = About {
    threshold: Some(Threshold {
        usual: 500,
        least: 1,
        most: 10_000_000,
        unit: "more a second",
    }),
    hold_off_ms: 10_000,
    needs_page: true,
    ..About::of("watch-storm", "watches grow much faster than they ever did")
};

/// A rate is taken over so long.
const WINDOW_MS: u64 = 10_000;
const APART_MS: u64 = 1000;
/// Samples kept: five minutes make the baseline.
const KEPT: usize = 300;
/// So many times the baseline's fastest is a storm.
const TIMES_BASELINE: f64 = 3.0;

/// One of the two.
#[derive(Clone, Debug)]
pub(super) struct Storm {
    about: &'static About,
    what: &'static str,
    count: fn(&Member) -> Option<i64>,
    /// Who was counted: when a member comes or goes its clients move, which is no storm.
    counted: Vec<String>,
    /// Totals over those, with their times.
    samples: VecDeque<(u64, u64)>,
    /// The fastest growth a second before the storm that lasts.
    usual_per_s: f64,
    storms: bool,
}

impl Storm {
    pub(super) fn of_sessions() -> Self {
        Self::new(&SESSIONS, "connections", |member| member.facts.connections)
    }

    pub(super) fn of_watches() -> Self {
        Self::new(&WATCHES, "watches", |member| member.facts.watches)
    }

    fn new(about: &'static About, what: &'static str, count: fn(&Member) -> Option<i64>) -> Self {
        Self {
            about,
            what,
            count,
            counted: Vec::new(),
            samples: VecDeque::new(),
            usual_per_s: 0.0,
            storms: false,
        }
    }

    fn sample(&mut self, model: &Model) {
        let now_ms = model.now.mono_ms;
        let is_due = self
            .samples
            .back()
            .is_none_or(|(at, _)| now_ms.saturating_sub(*at) >= APART_MS);
        if !is_due {
            return;
        }
        let told = || {
            let serving = model
                .members
                .iter()
                .filter(|member| member.state(model.now) == State::Serving);
            serving.filter_map(|member| {
                let n = u64::try_from((self.count)(member)?).ok()?;
                Some((member.address.as_str(), n))
            })
        };
        let total = told().fold(0u64, |sum, (_, n)| sum.saturating_add(n));
        let is_same = told().map(|(address, _)| address).eq(self.counted.iter());
        if !is_same {
            self.counted = told().map(|(address, _)| address.to_owned()).collect();
            self.samples.clear();
        }
        if self.samples.len() == KEPT {
            self.samples.pop_front();
        }
        self.samples.push_back((now_ms, total));
    }

    /// Growth over the window, and a second of it.
    fn growth(&self, now_ms: u64) -> Option<(u64, f64)> {
        let newest = *self.samples.back()?;
        let oldest = *self
            .samples
            .iter()
            .rev()
            .find(|(at, _)| now_ms.saturating_sub(*at) >= WINDOW_MS)?;
        Some((newest.1.saturating_sub(oldest.1), per_s(oldest, newest)))
    }

    /// The fastest growth over a window that had ended before the newest one began: what a
    /// storm's own first seconds add is no baseline.
    fn before_per_s(&self, now_ms: u64) -> f64 {
        let is_before = |(at, _): &&(u64, u64)| now_ms.saturating_sub(*at) >= WINDOW_MS;
        let before: Vec<&(u64, u64)> = self.samples.iter().take_while(is_before).collect();
        let samples_in_window = (WINDOW_MS / APART_MS) as usize;
        before
            .windows(samples_in_window)
            .map(|window| per_s(*window[0], *window[window.len() - 1]))
            .fold(0.0, f64::max)
    }
}

impl Rule for Storm {
    fn about(&self) -> &'static About {
        self.about
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        self.sample(evidence.model);
        let Some((grown, per_s)) = self.growth(evidence.mono_ms()) else {
            return Vec::new();
        };
        if !self.storms && per_s >= threshold as f64 {
            self.usual_per_s = self.before_per_s(evidence.mono_ms());
        }
        let least = (threshold as f64).max(TIMES_BASELINE * self.usual_per_s);
        // It ends at half of what began it, so that its edge does not flap.
        self.storms = per_s >= if self.storms { least / 2.0 } else { least };
        if !self.storms {
            return Vec::new();
        }
        let what = self.what;
        vec![Finding {
            rule: self.about.name,
            subject: Subject::Ensemble,
            urgency: Urgency::Normal,
            title: format!("a storm of {what}"),
            sentence: format!(
                "{} more {what} in {} s: {per_s:.0} a second, before that at most {:.0}.",
                count(grown),
                WINDOW_MS / 1000,
                self.usual_per_s
            ),
            why: vec![format!(
                "counted over {} members, {} now",
                self.counted.len(),
                count(self.samples.back().map_or(0, |(_, total)| *total))
            )],
            suggestion: Suggestion {
                remedy: Some(Remedy::Rebalance),
                member: None,
                words: format!(
                    "Find the client that does it (screen {}); spread or shed it.",
                    if what == "watches" { 6 } else { 5 }
                ),
            },
        }]
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let all = model.members.len();
        let tell = model
            .members
            .iter()
            .filter(|member| (self.count)(member).is_some())
            .count();
        match tell {
            0 => CanTell::No(format!(
                "no member tells its {}: mntr or the AdminServer must be open \
                 (4lw.commands.whitelist=mntr,...)",
                self.what
            )),
            n if n < all => CanTell::Partly(format!(
                "{n} of {all} members tell; connections that come and go at once are not counted"
            )),
            _ => CanTell::Partly(
                "growth alone: what comes and goes between two polls is not counted".to_owned(),
            ),
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}

/// Growth a second from one sample to a later one.
fn per_s((from_ms, from): (u64, u64), (to_ms, to): (u64, u64)) -> f64 {
    to.saturating_sub(from) as f64 * 1000.0 / to_ms.saturating_sub(from_ms).max(1) as f64
}
