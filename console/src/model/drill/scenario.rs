//! The scenarios: what is broken, what finds it, what mends it, and what there is to learn.

use super::Call;

/// Below it a client that has run away watches what nobody will ever create.
pub const RUNAWAY: &str = "/demo/recommendations";

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
    /// Nothing passes between it and the other members.
    CutOff,
    /// It is stopped, a bit of its log is turned over, and it is started.
    DamageLog,
    /// Its disk takes no more.
    FillDisk,
    /// Each sync of its disk takes much longer.
    SlowDisk,
    /// A client sets thousands of watches, and more every second.
    StormWatches,
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
    Resync,
    /// To whichever other member; only then those below may do theirs.
    HandOver,
    /// Of the client that was let in.
    KillSession,
    /// Nothing: once those below have done theirs, it mends by itself.
    CallAlone,
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
    /// Who is to be called, where no key can mend it: before the deed, or after a handover.
    pub call: Option<Call>,
    /// From a nudge to the keys.
    pub hints: [&'static str; 3],
    /// What there is to learn.
    pub lesson: &'static str,
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
        call: None,
        hints: [
            "The overview (1) names the next step at its right side.",
            "Screen 0 lists what can be done, the best first: it begins with the next step.",
            "0, Enter, y: that starts the member.",
        ],
        lesson: "Writes went on: two of three are a quorum. What had gone was the margin: one \
                 more loss would have stopped them. That is why it was urgent.",
    },
    Scenario {
        name: "frozen-follower",
        title: "a follower stood still, its sockets open",
        symptom: FIND_IT,
        strike: Strike::Freeze,
        whom: Whom::Follower,
        alarms: &["missed-heartbeats", "member-down", "quorum-margin"],
        repair: Repair::Restart,
        call: None,
        hints: [
            "Its port still takes connections, and nobody answers. Screen 2 says who is silent.",
            "A process that hangs is not started but restarted: 0 lists it.",
            "0, restart, Enter: a reason where one is asked for, the member's id, Enter.",
        ],
        lesson: "A hung process refuses nothing: only the silence tells. A restart ends it by \
                 force where it does not end by itself.",
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
        call: None,
        hints: [
            "The timeline (4) tells of an election: why was there one?",
            "The leader of before is down. Who leads now is no fault.",
            "0, Enter, y: that starts the member.",
        ],
        lesson: "The others elected a leader by themselves; the timeline says how long writes \
                 paused. The old leader follows when it comes back: leadership need not return.",
    },
    Scenario {
        name: "stuck-lock",
        title: "a client held a lock and did nothing",
        symptom: "nobody gets the lock nightly-report",
        strike: Strike::HoldLock,
        whom: Whom::Nobody,
        alarms: &[],
        repair: Repair::KillSession,
        call: None,
        hints: [
            "The members are well. A lock is an ephemeral znode: look below /demo/locks (7).",
            "The lowest number below /demo/locks/nightly-report holds it: w on it says whose it is.",
            "There: x, close session, the last four of its id, Enter.",
        ],
        lesson: "w leads from a znode to its session, its client and its member, and says what \
                 else vanishes with it. Closing a session frees what it held, at once.",
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
        call: None,
        hints: [
            "Every member serves. Count the voters: the header and the timeline do.",
            "A reconfig took a vote: the timeline (4) says whose. An observer can be promoted.",
            "0 lists it: promote, Enter, y.",
        ],
        lesson: "Observers never count towards the quorum. Two voters need both: the ensemble \
                 looked whole and could lose nobody.",
    },
    Scenario {
        name: "slow-disk",
        title: "the disk of the leader had become slow",
        symptom: "a member is not well",
        strike: Strike::SlowDisk,
        whom: Whom::Leader,
        alarms: &["slow-fsync"],
        repair: Repair::HandOver,
        call: Some(Call::Disks),
        hints: [
            "No write waits, so look at the disks: fsync at each member (1), or the alarm (9).",
            "The leader's disk is to be changed, and not below a leader: hand over first (0).",
            "0, Enter, a reason if asked for, the new leader's id, Enter. Then B: the old one's storage.",
        ],
        lesson: "Two quick disks of three acknowledge each write, so nobody waited for the slow \
                 one, and only the alarm told: after some 20 s, for any disk is slow at times. \
                 One loss more, and each write would have taken as long as it. Whoever is to be \
                 repaired should not lead.",
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
        call: None,
        hints: [
            "Did writes stop for a while? See who led (4), and who is silent (2).",
            "A process that hangs is not started but restarted: 0 lists it.",
            "0, restart, Enter: a reason where one is asked for, the member's id, Enter.",
        ],
        lesson: "No connection broke: the followers gave up on a leader that said nothing. This \
                 costs longer without writes than a death.",
    },
    Scenario {
        name: "no-quorum",
        title: "two of three were gone: no quorum",
        symptom: "writes have stopped: bring them back",
        strike: Strike::HoldDown,
        whom: Whom::Majority,
        alarms: &["quorum-margin", "no-leader", "member-down"],
        repair: Repair::Start,
        call: None,
        hints: [
            "Nobody serves: one voter of three is left. Their disks are whole.",
            "The wizard is for disks that are lost. These members need only be started.",
            "0, Enter, y; then the same for the other one.",
        ],
        lesson: "The first start already brought the quorum back, the second the margin. The \
                 wizard of screen 0 would have risked acknowledged writes for nothing.",
    },
    Scenario {
        name: "cut-off-follower",
        title: "nothing passed between a follower and the others",
        symptom: FIND_IT,
        strike: Strike::CutOff,
        whom: Whom::Follower,
        alarms: &["member-down", "quorum-margin", "missed-heartbeats"],
        repair: Repair::CallAlone,
        call: Some(Call::Network),
        hints: [
            "A member answers you and serves nobody. Links (3): who hears whom?",
            "From here it is reached, from its leader it is not: the way between them is cut.",
            "No key mends a network: c on the cut link copies what to say; B calls its people.",
        ],
        lesson: "A restart would have changed nothing: the process was well, the way to it was \
                 not. Screen 3 shows each direction and from where it was measured; c there \
                 makes the sentence for those who own the network.",
    },
    Scenario {
        name: "corrupt-log",
        title: "a bit of a member's log was turned over",
        symptom: FIND_IT,
        strike: Strike::DamageLog,
        whom: Whom::Follower,
        alarms: &["member-down", "quorum-margin", "missed-heartbeats"],
        repair: Repair::Resync,
        call: None,
        hints: [
            "It is down and nobody starts it. Why it ended stands in its detail (2, Enter).",
            "It does not vouch for its log: each start finds the same. The others have it all.",
            "0, resync, Enter: the member's id, Enter. It takes everything from the leader.",
        ],
        lesson: "A server that served in spite of a damaged log would serve wrong data or vote \
                 for a lost write. Resync sets its own files aside, and it has no vote until \
                 the leader's snapshot is there.",
    },
    Scenario {
        name: "full-disk",
        title: "a member's disk took no more",
        symptom: FIND_IT,
        strike: Strike::FillDisk,
        whom: Whom::Follower,
        alarms: &["member-down", "quorum-margin", "missed-heartbeats"],
        repair: Repair::Start,
        call: Some(Call::Disks),
        hints: [
            "It ends, is started, and ends again. Its last words (2, Enter) say why.",
            "It cannot write: no start helps while its disk is full. B calls the storage people.",
            "B, its number at storage, Enter. If it stays down: 0, start, Enter, y.",
        ],
        lesson: "It ended rather than acknowledge what it could not log, and its supervisor gave \
                 up after three tries. Room first, then the start: the other way round costs \
                 another crash.",
    },
    Scenario {
        name: "watch-storm",
        title: "one client set watches by the thousand",
        symptom: "a client has run away: stop it",
        strike: Strike::StormWatches,
        whom: Whom::Nobody,
        alarms: &["watch-storm"],
        repair: Repair::KillSession,
        call: None,
        hints: [
            "The alarm (9) says what grows. Watches (6): L lists them, v turns to who watches.",
            "One session watches nearly all that is watched: Enter on it, then w, says whose it is.",
            "On that session: x, close session, the last four of its id, Enter.",
        ],
        lesson: "Every watch costs a member memory, and every change below it a burst of events. \
                 Closing the session frees all of them at once; the client's owner has to know.",
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
            let is_alone = scenario.repair == Repair::CallAlone;
            assert!(!is_alone || scenario.call.is_some(), "{}", scenario.name);
            assert!(scenario.symptom.len() <= 40, "{}", scenario.symptom);
            for rule in scenario.alarms {
                assert!(known(rule), "{}: {rule}", scenario.name);
            }
        }
    }
}
