//! To the next event and to the one before: which that is, and how it is said. Pure.

use super::chronicle::Mark;
use crate::model::replay::Way;

/// The events of the recording, and which of them was gone to.
#[derive(Debug)]
pub(super) struct Events {
    marks: Vec<Mark>,
    /// Several may stand at one place: as long as that is not left, it counts which it was.
    at: Option<usize>,
}

/// Where a jump leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Jump {
    To {
        at_ms: u64,
        /// On the timeline.
        number: usize,
        said: String,
    },
    Nowhere(String),
}

impl Events {
    pub(super) fn new(marks: Vec<Mark>) -> Self {
        Self { marks, at: None }
    }

    /// From this place on the recording's axis.
    pub(super) fn jump(&mut self, from_ms: u64, way: Way) -> Jump {
        let here = self.at.filter(|at| self.at_ms(*at) == Some(from_ms));
        let next = match (way, here) {
            (Way::On, Some(at)) => at.checked_add(1),
            (Way::Back, Some(at)) => at.checked_sub(1),
            (Way::On, None) => Some(self.marks.partition_point(|mark| mark.at_ms <= from_ms)),
            (Way::Back, None) => {
                let before = self.marks.partition_point(|mark| mark.at_ms < from_ms);
                before.checked_sub(1)
            }
        };
        let Some((next, mark)) = next.and_then(|at| Some((at, self.marks.get(at)?))) else {
            return Jump::Nowhere(self.end(way));
        };
        self.at = Some(next);
        Jump::To {
            at_ms: mark.at_ms,
            number: mark.number,
            said: self.said(next, mark),
        }
    }

    fn at_ms(&self, at: usize) -> Option<u64> {
        self.marks.get(at).map(|mark| mark.at_ms)
    }

    fn said(&self, at: usize, mark: &Mark) -> String {
        format!("event {} of {}, {}", at + 1, self.marks.len(), mark.text)
    }

    fn end(&self, way: Way) -> String {
        let last = self.marks.len().saturating_sub(1);
        let (at, ends) = match way {
            Way::On => (last, "after this; the last is"),
            Way::Back => (0, "before this; the first is"),
        };
        match self.marks.get(at) {
            Some(mark) => format!("nothing happened {ends} {}", self.said(at, mark)),
            None => "nothing happened in this recording".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events() -> Events {
        let mark = |(number, at_ms)| Mark {
            at_ms,
            number,
            text: format!("e{at_ms}"),
        };
        Events::new([10, 20, 20, 30].into_iter().enumerate().map(mark).collect())
    }

    /// Where it is after a jump, and the number of the event.
    fn jumped(events: &mut Events, from_ms: u64, way: Way) -> Option<(u64, usize)> {
        match events.jump(from_ms, way) {
            Jump::To { at_ms, number, .. } => Some((at_ms, number)),
            Jump::Nowhere(_) => None,
        }
    }

    #[test]
    fn each_event_is_come_to_in_both_directions_also_where_two_stand_at_one_place() {
        let mut events = events();
        let mut from_ms = 0;
        let mut seen = Vec::new();
        for way in [Way::On, Way::Back] {
            while let Some((at_ms, number)) = jumped(&mut events, from_ms, way) {
                from_ms = at_ms;
                seen.push(number);
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 2, 1, 0]);
    }

    #[test]
    fn from_between_two_the_nearest_counts() {
        let mut events = events();
        assert_eq!(jumped(&mut events, 15, Way::Back), Some((10, 0)));
        assert_eq!(jumped(&mut events, 25, Way::Back), Some((20, 2)));
        assert_eq!(jumped(&mut events, 15, Way::On), Some((20, 1)));
        assert_eq!(jumped(&mut events, 99, Way::Back), Some((30, 3)));
    }

    #[test]
    fn at_both_ends_it_says_so() {
        let said = |events: &mut Events, from_ms, way| match events.jump(from_ms, way) {
            Jump::To { said, .. } | Jump::Nowhere(said) => said,
        };
        let mut events = events();
        assert_eq!(said(&mut events, 5, Way::On), "event 1 of 4, e10");
        assert_eq!(
            said(&mut events, 10, Way::Back),
            "nothing happened before this; the first is event 1 of 4, e10"
        );
        assert_eq!(
            said(&mut events, 31, Way::On),
            "nothing happened after this; the last is event 4 of 4, e30"
        );
        let mut none = Events::new(Vec::new());
        assert_eq!(
            said(&mut none, 5, Way::On),
            "nothing happened in this recording"
        );
    }
}
