//! Our own session's pings take much longer than they did: what clients feel.

use super::median;
use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Rule, Subject, Suggestion, Threshold, evidence::Evidence,
        notice::Urgency,
    },
    session::Link,
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 5,
        least: 2,
        most: 1000,
        unit: "times its usual",
    }),
    debounce_ms: 4000,
    hold_off_ms: 10_000,
    needs_page: true,
    ..About::of(
        "latency",
        "our own session is answered much more slowly than usual",
    )
};

/// So many pings are "now".
const NEWEST: usize = 5;
/// So many before them make a baseline.
const BASELINE: usize = 10;
/// Below this a multiple is no trouble to anybody.
const LEAST_US: f64 = 100_000.0;

#[derive(Clone, Debug, Default)]
pub(super) struct Latency {
    /// The median of the pings while they were usual; it stands still while they are not, so
    /// that a slow hour does not become usual.
    usual_us: Option<f64>,
}

impl Rule for Latency {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let session = &evidence.model.session;
        let Link::Connected { address, .. } = &session.link else {
            return Vec::new();
        };
        let pings = &session.pings_us;
        let older = pings.len().saturating_sub(NEWEST);
        let part = |from: usize, to: usize| median(pings.range(from..to).map(|us| *us as f64));
        if older < BASELINE {
            return Vec::new();
        }
        let (Some(now_us), Some(before_us)) = (part(older, pings.len()), part(0, older)) else {
            return Vec::new();
        };
        let usual_us = *self.usual_us.get_or_insert(before_us);
        // Answers that a stall held back come all at once, when it is over: the newest one tells.
        let is_over = pings
            .back()
            .is_some_and(|us| (*us as f64) < LEAST_US.max(usual_us));
        if is_over {
            return Vec::new();
        }
        if now_us < LEAST_US || now_us < threshold as f64 * usual_us {
            self.usual_us = Some(before_us.min(usual_us * 2.0).max(1.0));
            return Vec::new();
        }
        vec![Finding {
            rule: ABOUT.name,
            subject: Subject::Console,
            urgency: Urgency::Normal,
            title: "slow answers".to_owned(),
            sentence: format!(
                "Our session's pings take {:.0} ms, usually {:.1} ms.",
                now_us / 1000.0,
                usual_us / 1000.0
            ),
            why: vec![
                format!("median of the newest {NEWEST} pings to {address}"),
                "it is the member's latency and the way from here to it, together".to_owned(),
            ],
            suggestion: Suggestion::advice(
                "Compare with the answers of the other members (screen 2) to tell the member \
                 from the way to it.",
            ),
        }]
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        match model.session.link {
            Link::Connected { .. } if model.session.pings_us.len() >= NEWEST + BASELINE => {
                CanTell::Yes
            }
            Link::Connected { .. } => {
                CanTell::Partly("not enough pings yet: half a minute".to_owned())
            }
            Link::Connecting | Link::Lost { .. } => {
                CanTell::No("no member has taken our session".to_owned())
            }
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}
