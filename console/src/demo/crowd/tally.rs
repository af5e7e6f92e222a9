//! The arithmetic of what faults cost the clients. Pure: time is an argument.
//!
//! A *fault*, seen from this side, begins when a client is cut off or left without a plain
//! answer to a write, and is over once nothing of the kind has happened for
//! [`QUIET_US`]. A *gap* is the time between two acknowledgements in a row, whichever clients
//! they went to: with 200 writes a second that is 5 ms on a good day.

use crate::model::crowd::{Cost, FaultCost};

/// A fault is over after so long without any trouble, microseconds.
const QUIET_US: u64 = 5_000_000;

/// All counts.
#[derive(Debug)]
pub(super) struct Tally {
    clients: usize,
    pub(super) connected: usize,
    acknowledged: u64,
    refused: u64,
    unknown: u64,
    lost: u64,
    sessions_lost: u64,
    last_ack_us: Option<u64>,
    longest_gap_us: u64,
    fault: Option<Fault>,
}

/// The newest fault.
#[derive(Debug)]
struct Fault {
    number: u64,
    began_us: u64,
    /// When there was trouble last.
    last_us: u64,
    cut_off: u64,
    refused: u64,
    unknown: u64,
    lost: u64,
    sessions_lost: u64,
    longest_gap_us: u64,
}

impl Fault {
    fn is_over(&self, now_us: u64) -> bool {
        now_us > self.last_us + QUIET_US
    }
}

impl Tally {
    pub(super) fn new(clients: usize) -> Self {
        Self {
            clients,
            connected: 0,
            acknowledged: 0,
            refused: 0,
            unknown: 0,
            lost: 0,
            sessions_lost: 0,
            last_ack_us: None,
            longest_gap_us: 0,
            fault: None,
        }
    }

    /// A write was acknowledged.
    pub(super) fn acknowledged(&mut self, now_us: u64) {
        self.acknowledged += 1;
        let gap_us = self.gap_us(now_us);
        self.longest_gap_us = self.longest_gap_us.max(gap_us);
        if let Some(fault) = &mut self.fault
            // A gap is a fault's if it began before the fault was over.
            && !fault.is_over(now_us.saturating_sub(gap_us))
        {
            fault.longest_gap_us = fault.longest_gap_us.max(gap_us);
        }
        self.last_ack_us = Some(now_us);
    }

    /// The server said no to a write, and meant that it cannot take it.
    pub(super) fn refused(&mut self, now_us: u64) {
        self.refused += 1;
        self.trouble(now_us).refused += 1;
    }

    /// A write got no answer: it may or may not have happened.
    pub(super) fn unknown(&mut self, now_us: u64) {
        self.unknown += 1;
        self.trouble(now_us).unknown += 1;
    }

    /// So many writes were acknowledged, and are not there.
    pub(super) fn lost(&mut self, count: u64, now_us: u64) {
        self.lost += count;
        self.trouble(now_us).lost += count;
    }

    /// A client lost its connection.
    pub(super) fn cut_off(&mut self, now_us: u64) {
        self.trouble(now_us).cut_off += 1;
    }

    /// A member did not take a client in: that keeps a fault open, and begins none. Members
    /// that only just start do so too.
    pub(super) fn turned_away(&mut self, now_us: u64) {
        let is_going_on = self.fault.as_ref().is_some_and(|one| !one.is_over(now_us));
        if is_going_on {
            self.trouble(now_us);
        }
    }

    /// A client came back and its session was gone.
    pub(super) fn lost_its_session(&mut self, now_us: u64) {
        self.sessions_lost += 1;
        self.trouble(now_us).sessions_lost += 1;
    }

    /// What it comes to at this moment.
    pub(super) fn cost(&self, now_us: u64) -> Cost {
        let gap_us = self.gap_us(now_us);
        Cost {
            clients: self.clients,
            connected: self.connected,
            acknowledged: self.acknowledged,
            refused: self.refused,
            unknown: self.unknown,
            lost: self.lost,
            sessions_lost: self.sessions_lost,
            gap_us,
            longest_gap_us: self.longest_gap_us.max(gap_us),
            last_fault: self.fault.as_ref().map(|fault| {
                let is_over = fault.is_over(now_us);
                FaultCost {
                    number: fault.number,
                    began_ms_ago: now_us.saturating_sub(fault.began_us) / 1000,
                    is_over,
                    cut_off: fault.cut_off,
                    refused: fault.refused,
                    unknown: fault.unknown,
                    lost: fault.lost,
                    sessions_lost: fault.sessions_lost,
                    longest_gap_us: match is_over {
                        true => fault.longest_gap_us,
                        false => fault.longest_gap_us.max(gap_us),
                    },
                }
            }),
        }
    }

    /// Since the last acknowledgement; 0 before the first.
    fn gap_us(&self, now_us: u64) -> u64 {
        self.last_ack_us
            .map_or(0, |last_us| now_us.saturating_sub(last_us))
    }

    /// The fault that goes on, or a new one.
    fn trouble(&mut self, now_us: u64) -> &mut Fault {
        let number = self.fault.as_ref().map_or(0, |fault| fault.number);
        let going_on = self.fault.take().filter(|fault| !fault.is_over(now_us));
        let fault = self.fault.insert(going_on.unwrap_or(Fault {
            number: number + 1,
            began_us: now_us,
            last_us: now_us,
            cut_off: 0,
            refused: 0,
            unknown: 0,
            lost: 0,
            sessions_lost: 0,
            longest_gap_us: 0,
        }));
        fault.last_us = now_us;
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1000;

    /// One acknowledgement every 5 ms up to this moment.
    fn writing(tally: &mut Tally, ms: std::ops::RangeInclusive<u64>) {
        for at in ms.step_by(5) {
            tally.acknowledged(at * MS);
        }
    }

    #[test]
    fn without_a_fault_the_longest_gap_is_that_between_two_acknowledgements() {
        let mut tally = Tally::new(3);
        assert_eq!(tally.cost(90 * MS).longest_gap_us, 0, "nothing written yet");
        writing(&mut tally, 100..=1000);
        let cost = tally.cost(1002 * MS);
        assert_eq!((cost.longest_gap_us, cost.gap_us), (5 * MS, 2 * MS));
        assert_eq!(cost.acknowledged, 181);
        assert_eq!(cost.last_fault, None);
    }

    #[test]
    fn a_gap_that_began_before_the_first_trouble_is_the_faults() {
        let mut tally = Tally::new(3);
        writing(&mut tally, 0..=1000);
        // A frozen leader: nothing for a second, and only then the clients are cut off.
        for _ in 0..3 {
            tally.unknown(2000 * MS);
            tally.cut_off(2000 * MS);
        }
        let fault = tally.cost(2100 * MS).last_fault.unwrap();
        assert!(!fault.is_over);
        assert_eq!(
            fault.longest_gap_us,
            1100 * MS,
            "it grows while nothing comes"
        );
        writing(&mut tally, 2200..=20_000);
        let cost = tally.cost(20_000 * MS);
        let fault = cost.last_fault.unwrap();
        assert!(fault.is_over);
        assert_eq!((fault.unknown, fault.cut_off), (3, 3));
        assert_eq!(fault.longest_gap_us, 1200 * MS);
        assert_eq!(cost.longest_gap_us, 1200 * MS);
    }

    #[test]
    fn a_client_turned_away_while_the_members_start_is_no_fault() {
        let mut tally = Tally::new(2);
        tally.turned_away(50 * MS);
        writing(&mut tally, 100..=200);
        tally.turned_away(150 * MS);
        assert_eq!(tally.cost(200 * MS).last_fault, None);
    }

    #[test]
    fn the_next_fault_is_counted_apart() {
        let mut tally = Tally::new(1);
        writing(&mut tally, 0..=1000);
        tally.lost_its_session(1400 * MS);
        writing(&mut tally, 1500..=30_000);
        tally.refused(30_010 * MS);
        tally.lost(3, 30_020 * MS);
        writing(&mut tally, 30_050..=30_100);
        let cost = tally.cost(30_100 * MS);
        let fault = cost.last_fault.unwrap();
        assert_eq!(
            (fault.number, fault.refused, fault.sessions_lost),
            (2, 1, 0)
        );
        assert_eq!(fault.longest_gap_us, 50 * MS);
        assert_eq!((cost.refused, cost.sessions_lost), (1, 1));
        assert_eq!((cost.lost, fault.lost), (3, 3));
        assert_eq!(cost.longest_gap_us, 500 * MS);
    }

    #[test]
    fn clients_that_nobody_takes_in_keep_the_fault_open() {
        let mut tally = Tally::new(1);
        writing(&mut tally, 0..=1000);
        tally.cut_off(1000 * MS);
        for second in 1..60 {
            tally.turned_away(second * 1000 * MS);
        }
        let fault = tally.cost(60_000 * MS).last_fault.unwrap();
        assert_eq!((fault.number, fault.is_over), (1, false));
        assert_eq!(fault.longest_gap_us, 59_000 * MS);
    }
}
