//! What is new in the model since the last look.

use std::collections::BTreeMap;

use zoowarden_shared::admin::verdict::Verdict;

use super::line::{Line, Severity};
use crate::model::{
    Model,
    alarm::{
        Finding,
        notice::{Notice, Occasion},
    },
    clock::Now,
    happening::{Happening, What},
    member::{Member, State},
    naming::who,
    rows::said,
};

/// A new leader's epoch, and what a fault costs, may be told so much later.
const SETTLES_MS: u64 = 1500;

/// What has been told.
#[derive(Debug, Default)]
pub(super) struct News {
    /// So many entries of the history.
    entries: usize,
    /// The verdict's word.
    verdict: Option<Verdict>,
    /// The alarms that had begun and not ended, by key.
    alarms: BTreeMap<String, Finding>,
}

impl News {
    /// The lines that are new.
    pub(super) fn of(&mut self, model: &Model) -> Vec<Line> {
        let mut lines = Vec::new();
        let verdict = model.verdict.verdict;
        // Before the first picture there is nothing to be told.
        let is_open = |member: &Member| member.state(model.now) == State::Asking;
        let has_picture = self.verdict.is_some() || !model.members.iter().any(is_open);
        if has_picture && self.verdict.replace(verdict) != Some(verdict) {
            lines.push(Line {
                wall_ms: model.now.wall_ms,
                severity: match verdict {
                    Verdict::Healthy => Severity::Info,
                    Verdict::Degraded | Verdict::Unknown => Severity::Warning,
                    Verdict::NoQuorum => Severity::Critical,
                },
                kind: "verdict",
                sentence: format!("{}: {}", verdict.name(), said(model)),
                member: None,
            });
        }
        for happening in model.history.since(self.entries) {
            if is_unsettled(model.now, happening) {
                break;
            }
            self.entries += 1;
            // Told below, all of them: the history has those alone that it does not tell itself.
            if !matches!(happening.what, What::Alarm { .. }) {
                lines.push(line(model, happening));
            }
        }
        self.alarms(model, &mut lines);
        lines
    }

    /// Alarms that began or ended.
    fn alarms(&mut self, model: &Model, lines: &mut Vec<Line>) {
        for alarm in model.alarms.active() {
            if !self.alarms.contains_key(&alarm.key) {
                lines.push(Line {
                    severity: alarm.finding.urgency.into(),
                    ..of_alarm(model, &alarm.finding, &alarm.finding.sentence)
                });
            }
        }
        for finding in self.alarms.values() {
            if model.alarms.get(&finding.key()).is_none() {
                lines.push(of_alarm(
                    model,
                    finding,
                    &format!("over: {}", finding.title),
                ));
            }
        }
        let active = model.alarms.active();
        self.alarms = active
            .map(|alarm| (alarm.key.clone(), alarm.finding.clone()))
            .collect();
    }
}

fn of_alarm(model: &Model, finding: &Finding, sentence: &str) -> Line {
    Line {
        wall_ms: model.now.wall_ms,
        severity: Severity::Info,
        kind: "alarm",
        sentence: format!("{}: {sentence}", finding.rule),
        member: finding.subject.member().map(str::to_owned),
    }
}

fn is_unsettled(now: Now, happening: &Happening) -> bool {
    let is_young = now.mono_ms < happening.at.mono_ms + SETTLES_MS;
    is_young && matches!(happening.what, What::Leads { epoch: None, .. })
}

fn line(model: &Model, Happening { at, what }: &Happening) -> Line {
    let who = match what {
        What::Leads { who, .. }
        | What::Down { who, .. }
        | What::Back { who, .. }
        | What::Restarted { who }
        | What::Synced { who, .. }
        | What::Ended { who, .. }
        | What::Supervised { who, .. } => address_of(model, who),
        What::Alarm { .. }
        | What::Config(_)
        | What::Operator { .. }
        | What::NoQuorum { .. }
        | What::Cost(_) => None,
    };
    Line {
        wall_ms: at.wall_ms,
        severity: what.weight().into(),
        kind: what.kind(),
        sentence: what.sentence(),
        member: who,
    }
}

/// The address of whom the history calls so.
fn address_of(model: &Model, called: &str) -> Option<String> {
    let mut members = model.members.iter();
    let member = members.find(|member| who(model, member) == called)?;
    Some(member.address.clone())
}

/// The line of a notification.
pub(super) fn told(model: &Model, notice: &Notice) -> Line {
    let member = model.alarms.get(&notice.alarm);
    let past = || {
        let mut past = model.alarms.history().rev();
        past.find(|alarm| alarm.key == notice.alarm)
    };
    let member = member.or_else(past);
    Line {
        wall_ms: model.now.wall_ms,
        severity: match notice.occasion {
            Occasion::Ended => Severity::Info,
            _ => notice.urgency.into(),
        },
        kind: "notice",
        sentence: in_one(&notice.title, &notice.body),
        member: member
            .and_then(|alarm| alarm.finding.subject.member())
            .map(str::to_owned),
    }
}

/// Title and body in one sentence, without saying twice what both say.
fn in_one(title: &str, body: &str) -> String {
    let prefixes = [
        "over: ",
        "flapping: ",
        "again: ",
        "still there: ",
        "still: ",
    ];
    let found = prefixes
        .into_iter()
        .find_map(|prefix| Some((prefix, title.strip_prefix(prefix)?)));
    let (prefix, what) = found.unwrap_or(("", title));
    let what = what.split(" (and ").next().unwrap_or(what);
    match body.starts_with(what) {
        true => format!("{prefix}{body}"),
        false => format!("{title}: {body}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cluster;

    #[test]
    fn before_the_first_picture_nothing_is_told() {
        let at = Now {
            mono_ms: 0,
            wall_ms: 0,
        };
        let seeds = vec!["zk1:2181".to_owned()];
        let model = Model::new(at, Cluster::default(), seeds, BTreeMap::new());
        assert_eq!(News::default().of(&model), []);
    }

    #[test]
    fn who_is_called_by_id_and_address_is_told_by_address_too() {
        let at = Now {
            mono_ms: 0,
            wall_ms: 0,
        };
        let seeds = vec!["zk1.prod:2181".to_owned()];
        let mut model = Model::new(at, Cluster::default(), seeds, BTreeMap::new());
        model.members[0].sid = Some(zoowarden_shared::Sid(1));
        let address = address_of(&model, "1 zk1:2181");
        assert_eq!(address.as_deref(), Some("zk1.prod:2181"));
    }

    #[test]
    fn a_notice_says_nothing_twice() {
        let hangs = "1 zk1 hangs: its host takes connections.";
        assert_eq!(in_one("1 zk1 hangs", hangs), hangs);
        assert_eq!(
            in_one("flapping: 1 zk1 hangs", hangs),
            format!("flapping: {hangs}")
        );
        assert_eq!(
            in_one(
                "over: 1 zk1 hangs (and 1 more)",
                "1 zk1 hangs, for 3 s. No leader, for 2 s."
            ),
            "over: 1 zk1 hangs, for 3 s. No leader, for 2 s."
        );
        assert_eq!(in_one("no leader", "For 2 s."), "no leader: For 2 s.");
    }
}
