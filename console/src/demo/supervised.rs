//! What the supervisor of a demo's member tells, as the console takes it in.

use serde::{Deserialize, Serialize};
use zoowarden_server::{
    exit::DATA_REFUSED,
    supervise::{EndRecord, Phase, Report},
};

use crate::event::Event;

/// How a member's process ended, after which it did not run at once again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberEnd {
    /// Its client address.
    pub address: String,
    pub pid: u32,
    /// Such as `signal: 9 (SIGKILL)`.
    pub how: String,
    /// The end of its log.
    pub last_words: Vec<String>,
}

impl MemberEnd {
    /// It ended because it does not vouch for its data: the next start would find the same.
    #[must_use]
    pub fn refuses_its_data(&self) -> bool {
        self.how == format!("exit status: {DATA_REFUSED}")
    }
}

/// What a member's supervisor does about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervised {
    /// The member's client address.
    pub address: String,
    pub phase: Phase,
    /// The process, while one runs.
    pub pid: Option<u32>,
    /// It in a sentence, such as `it ended: restarts in 2 s`.
    pub said: String,
    /// Nobody had told the supervisor to start this process.
    pub is_by_itself: bool,
}

/// What is new in a report since the one before it: an end first, then what becomes of it.
pub(super) fn news(address: &str, known: &Report, report: &Report) -> Vec<Event> {
    let mut events = Vec::new();
    let ended = usize::try_from(report.ended.saturating_sub(known.ended)).unwrap_or(usize::MAX);
    let first = report.ends.len().saturating_sub(ended);
    for end in &report.ends[first..] {
        // A restart that was ordered is a start: nothing is missing any more.
        if !(end.ordered && report.phase == Phase::Running) {
            events.push(Event::MemberEnded(member_end(address, end)));
        }
    }
    if ended > 0 || (known.phase, known.pid) != (report.phase, report.pid) {
        events.push(Event::Supervised(Supervised {
            address: address.to_owned(),
            phase: report.phase,
            pid: report.pid,
            said: report.sentence.clone(),
            is_by_itself: report.restarts > known.restarts,
        }));
    }
    events
}

fn member_end(address: &str, end: &EndRecord) -> MemberEnd {
    MemberEnd {
        address: address.to_owned(),
        pid: end.pid,
        how: match end.ordered {
            true => format!("held down, {}", end.how),
            false => end.how.clone(),
        },
        last_words: end.last_words.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(pid: u32) -> Report {
        Report {
            pid: Some(pid),
            starts: 1,
            ..Report::default()
        }
    }

    fn ended(before: &Report, phase: Phase, ordered: bool) -> Report {
        Report {
            phase,
            pid: None,
            ended: before.ended + 1,
            ends: vec![EndRecord {
                pid: 7,
                at_ms: 1,
                ran_ms: 1,
                how: "signal: 9 (SIGKILL)".to_owned(),
                ordered,
                last_words: Vec::new(),
            }],
            ..before.clone()
        }
    }

    #[test]
    fn an_end_is_told_before_what_becomes_of_it_and_nothing_twice() {
        let waiting = ended(&running(7), Phase::BackingOff, false);
        let told = news("a:1", &running(7), &waiting);
        assert!(matches!(
            &told[..],
            [Event::MemberEnded(end), Event::Supervised(told)]
                if end.pid == 7 && told.phase == Phase::BackingOff
        ));
        assert!(news("a:1", &waiting, &waiting).is_empty());
    }

    #[test]
    fn who_started_it_again_is_told() {
        let waiting = ended(&running(7), Phase::BackingOff, false);
        for (restarts, by_itself) in [(1, true), (0, false)] {
            let again = Report {
                phase: Phase::Running,
                pid: Some(8),
                starts: 2,
                restarts,
                ..waiting.clone()
            };
            assert!(matches!(
                &news("a:1", &waiting, &again)[..],
                [Event::Supervised(told)]
                    if told.pid == Some(8) && told.is_by_itself == by_itself
            ));
        }
    }

    #[test]
    fn an_ordered_restart_is_no_end_and_an_ordered_end_says_so() {
        let again = Report {
            pid: Some(8),
            ..ended(&running(7), Phase::Running, true)
        };
        assert!(matches!(
            &news("a:1", &running(7), &again)[..],
            [Event::Supervised(told)] if told.pid == Some(8)
        ));
        let held = ended(&running(7), Phase::Stopped, true);
        assert!(matches!(
            &news("a:1", &running(7), &held)[..],
            [Event::MemberEnded(end), Event::Supervised(_)]
                if end.how == "held down, signal: 9 (SIGKILL)"
        ));
    }
}
