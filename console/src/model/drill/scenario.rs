//! The scenarios: what is broken, what finds it, what mends it, and what there is to learn.

/// What is done to the ensemble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// SIGKILL, and the supervisor leaves it down.
    HoldDown,
    /// SIGSTOP: its sockets stay, and nothing moves.
    Freeze,
    /// A reconfig makes an observer of it.
    TakeVote,
    /// A client takes a lock of the crowd's and never lets go of it.
    HoldLock,
}

/// To which members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    Leader,
    /// One, by the dice.
    Follower,
    /// So many that no quorum is left, the leader among them.
    Majority,
    Nobody,
}

/// The deed that mends it, once for each member that was struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    Start,
    Restart,
    Promote,
    /// Of the client that was let in.
    KillSession,
}

/// One scenario.
#[derive(Debug, PartialEq, Eq)]
pub struct Scenario {
    /// As `--only` takes it.
    pub name: &'static str,
    /// What it was, told once it is over.
    pub title: &'static str,
    /// What the operator is told while it lasts, in some 40 letters.
    pub symptom: &'static str,
    pub strike: Strike,
    pub whom: Whom,
    /// The rules of which any one finds it; empty where no rule can, and a user has called.
    pub alarms: &'static [&'static str],
    pub repair: Repair,
    /// From a nudge to the keys.
    pub hints: [&'static str; 3],
    /// What there is to learn.
    pub lesson: &'static str,
    /// Who needs no longer to mend it loses no points, seconds.
    pub par_s: u64,
}

/// Short enough to stand whole in 80 columns.
const FIND_IT: &str = "find it and repair it";

/// All, in the order in which they are drilled: the gentlest first.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "dead-follower",
        title: "a follower's process was gone",
        symptom: FIND_IT,
        strike: Strike::HoldDown,
        whom: Whom::Follower,
        alarms: &["member-down", "quorum-margin", "missed-heartbeats"],
        repair: Repair::Start,
        hints: [
            "The overview (1) names the next step at its right side.",
            "Screen 0 lists what can be done, the best first: it begins with the next step.",
            "0, Enter, y: that starts the member.",
        ],
        lesson: "Writes went on: two of three are a quorum. What had gone was the margin: one \
                 more loss would have stopped them. That is why it was urgent.",
        par_s: 20,
    },
    Scenario {
        name: "frozen-follower",
        title: "a follower stood still, its sockets open",
        symptom: FIND_IT,
        strike: Strike::Freeze,
        whom: Whom::Follower,
        alarms: &["missed-heartbeats", "member-down", "quorum-margin"],
        repair: Repair::Restart,
        hints: [
            "Its port still takes connections, and nobody answers. Screen 2 says who is silent.",
            "A process that hangs is not started but restarted: 0 lists it.",
            "0, restart, Enter: a reason where one is asked for, the member's id, Enter.",
        ],
        lesson: "A hung process refuses nothing: only the silence tells. A restart ends it by \
                 force where it does not end by itself.",
        par_s: 30,
    },
    Scenario {
        name: "dead-leader",
        title: "the leader's process was gone",
        symptom: FIND_IT,
        strike: Strike::HoldDown,
        whom: Whom::Leader,
        alarms: &[
            "member-down",
            "quorum-margin",
            "no-leader",
            "missed-heartbeats",
        ],
        repair: Repair::Start,
        hints: [
            "The timeline (4) tells of an election: why was there one?",
            "The leader of before is down. Who leads now is no fault.",
            "0, Enter, y: that starts the member.",
        ],
        lesson: "The others elected a leader by themselves; the timeline says how long writes \
                 paused. The old leader follows when it comes back: leadership need not return.",
        par_s: 20,
    },
    Scenario {
        name: "stuck-lock",
        title: "a client held a lock and did nothing",
        symptom: "nobody gets the lock nightly-report",
        strike: Strike::HoldLock,
        whom: Whom::Nobody,
        alarms: &[],
        repair: Repair::KillSession,
        hints: [
            "The members are well. A lock is an ephemeral znode: look below /demo/locks (7).",
            "The lowest number below /demo/locks/nightly-report holds it: w on it says whose it is.",
            "There: x, close session, the last four of its id, Enter.",
        ],
        lesson: "w leads from a znode to its session, its client and its member, and says what \
                 else vanishes with it. Closing a session frees what it held, at once.",
        par_s: 60,
    },
    Scenario {
        name: "lost-vote",
        title: "a voter had become an observer",
        symptom: "all serve, yet it survives no loss",
        strike: Strike::TakeVote,
        whom: Whom::Follower,
        // A configuration of two voters is no loss: only losses are alarms.
        alarms: &[],
        repair: Repair::Promote,
        hints: [
            "Every member serves. Count the voters: the header and the timeline do.",
            "A reconfig took a vote: the timeline (4) says whose. An observer can be promoted.",
            "0 lists it: promote, Enter, y.",
        ],
        lesson: "Observers never count towards the quorum. Two voters need both: the ensemble \
                 looked whole and could lose nobody.",
        par_s: 40,
    },
    Scenario {
        name: "frozen-leader",
        title: "the leader stood still, its sockets open",
        symptom: FIND_IT,
        strike: Strike::Freeze,
        whom: Whom::Leader,
        alarms: &[
            "missed-heartbeats",
            "member-down",
            "no-leader",
            "quorum-margin",
        ],
        repair: Repair::Restart,
        hints: [
            "Did writes stop for a while? See who led (4), and who is silent (2).",
            "A process that hangs is not started but restarted: 0 lists it.",
            "0, restart, Enter: a reason where one is asked for, the member's id, Enter.",
        ],
        lesson: "No connection broke: the followers gave up on a leader that said nothing. This \
                 costs longer without writes than a death.",
        par_s: 30,
    },
    Scenario {
        name: "no-quorum",
        title: "two of three were gone: no quorum",
        symptom: "writes have stopped: bring them back",
        strike: Strike::HoldDown,
        whom: Whom::Majority,
        alarms: &["quorum-margin", "no-leader", "member-down"],
        repair: Repair::Start,
        hints: [
            "Nobody serves: one voter of three is left. Their disks are whole.",
            "The wizard is for disks that are lost. These members need only be started.",
            "0, Enter, y; then the same for the other one.",
        ],
        lesson: "The first start already brought the quorum back, the second the margin. The \
                 wizard of screen 0 would have risked acknowledged writes for nothing.",
        par_s: 40,
    },
];

/// The scenario of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alarm::rules;

    #[test]
    fn each_has_a_name_of_its_own_and_rules_that_there_are() {
        let rules = rules::all();
        let known = |name: &str| rules.iter().any(|rule| rule.about().name == name);
        for scenario in SCENARIOS {
            assert_eq!(named(scenario.name), Some(scenario));
            assert!(scenario.symptom.len() <= 40, "{}", scenario.symptom);
            for rule in scenario.alarms {
                assert!(known(rule), "{}: {rule}", scenario.name);
            }
        }
    }
}
