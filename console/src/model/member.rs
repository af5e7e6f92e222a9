//! One member as the console knows it: what it said, when, and how it answers.

use std::collections::VecDeque;

use zoowarden_client::Certificate;
use zoowarden_shared::{
    Sid, Zxid,
    admin::{Heartbeat, MemberReport, Role},
};

use super::{
    beats::{Beat, Beats},
    clock::Now,
    lag::{Sample, Track},
    member_clock::MemberClock,
    probe::{Closed, Fault, Outcome, Probe, Via},
    pulse::{Pulse, QUIET_MS},
    roster::PORT_UNKNOWN,
};

/// Silence is told once it is this many times the member's poll interval.
const SILENT_INTERVALS: u64 = 3;
/// Two clocks of one silence differ by less.
const CLOCKS_APART_MS: u64 = 50;

/// A member's vote, as the ensemble's configuration has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Vote {
    Participant,
    Observer,
    /// The configuration in force does not name it: it is no member, whatever it serves.
    Outside,
    /// No configuration has been read yet.
    #[default]
    Unknown,
}

impl Vote {
    /// Whether it votes, as far as is known.
    #[must_use]
    pub fn may_count(self) -> bool {
        matches!(self, Self::Participant | Self::Unknown)
    }
}

/// What can be said of a member now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// No poll has ended yet.
    Asking,
    Serving,
    /// It serves reads without its quorum.
    ReadOnly,
    /// It answers that it does not serve: no quorum, or not yet joined.
    NotServing,
    /// It answers and tells nothing: every word is closed.
    Shut,
    /// Its last poll failed.
    Silent(Fault),
    /// The configuration names it and gives no client address: it cannot be asked, or nobody
    /// has ever answered at the one that is assumed.
    Unaddressed,
}

/// What was known when an earlier console last saw it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remembered {
    pub seen_wall_ms: i64,
    pub role: Option<Role>,
    pub zxid: Option<Zxid>,
}

/// What a heartbeat has changed, other than ages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beaten {
    /// It told something that the one before it did not, or came late.
    pub is_news: bool,
    /// Anything drawn is different.
    pub is_drawn: bool,
}

/// One member of the ensemble.
#[derive(Clone, Debug)]
pub struct Member {
    /// `host:port` of its client port; where that is unknown, its name in the configuration.
    /// It is also the key by which polls and selections name it.
    pub address: String,
    pub sid: Option<Sid>,
    pub vote: Vote,
    /// The client port is a seed's, assumed to be the same on this host.
    pub port_guessed: bool,
    /// Why it cannot be asked; [`State::Unaddressed`] then.
    pub unaddressed: Option<String>,
    pub facts: MemberReport,
    pub via: Option<Via>,
    pub closed: Vec<Closed>,
    pub zxids: Track,
    pub beats: Beats,
    /// Its own heartbeats, while it sends them.
    pub pulse: Option<Pulse>,
    /// Our own round trips, newest last, microseconds.
    pub round_trips_us: VecDeque<u64>,
    pub interval_ms: u64,
    pub remembered: Option<Remembered>,
    /// What it showed at the last TLS handshake.
    pub certificate: Option<Certificate>,
    /// Its clock, where its AdminServer is asked.
    pub clock: MemberClock,
    last_outcome: Option<LastOutcome>,
    /// When it last answered anything at all.
    pub heard_mono_ms: Option<u64>,
    /// When its facts were last refreshed: the age of what is drawn.
    pub facts_mono_ms: Option<u64>,
    /// Since when its state has been what it is.
    pub state_since_mono_ms: u64,
    /// Since when it has been of no use to a quorum, in one way or another; `None` while it is,
    /// or nothing is known of it.
    pub trouble_since_mono_ms: Option<u64>,
    /// Within that trouble it was cut off from its leader: that it then gives up is the same cut.
    pub was_severed: bool,
    /// How often it beats, where it has sent heartbeats of its own: a second without anything is
    /// no slow poll then.
    beats_every_ms: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum LastOutcome {
    Serving,
    NotServing,
    Shut,
    Silent(Fault),
}

impl Member {
    /// A member that nobody has asked yet.
    #[must_use]
    pub fn new(address: String) -> Self {
        Self {
            address,
            sid: None,
            vote: Vote::Unknown,
            port_guessed: false,
            unaddressed: None,
            facts: MemberReport::default(),
            via: None,
            closed: Vec::new(),
            zxids: Track::default(),
            beats: Beats::default(),
            pulse: None,
            round_trips_us: VecDeque::new(),
            interval_ms: 1000,
            remembered: None,
            certificate: None,
            clock: MemberClock::default(),
            last_outcome: None,
            heard_mono_ms: None,
            facts_mono_ms: None,
            state_since_mono_ms: 0,
            trouble_since_mono_ms: None,
            was_severed: false,
            beats_every_ms: None,
        }
    }

    /// Its state at this moment.
    #[must_use]
    pub fn state(&self, now: Now) -> State {
        if self.unaddressed.is_some() {
            return State::Unaddressed;
        }
        match &self.last_outcome {
            None => State::Asking,
            // Whoever refuses there, if anybody: it may listen elsewhere.
            Some(LastOutcome::Silent(_)) if self.is_mere_guess() => State::Unaddressed,
            Some(LastOutcome::Silent(fault)) => State::Silent(fault.clone()),
            // The poller itself reports a missed deadline; this is for a poller that hangs.
            Some(_) if self.silence_ms(now) > SILENT_INTERVALS * self.interval_ms + 2000 => {
                State::Silent(Fault::Timeout)
            }
            Some(LastOutcome::NotServing) => State::NotServing,
            Some(LastOutcome::Shut) => State::Shut,
            Some(LastOutcome::Serving) if self.facts.role == Some(Role::ReadOnly) => {
                State::ReadOnly
            }
            Some(LastOutcome::Serving) => State::Serving,
        }
    }

    /// Whether its port is assumed, and nobody has ever answered there.
    #[must_use]
    pub fn is_mere_guess(&self) -> bool {
        self.port_guessed && self.heard_mono_ms.is_none()
    }

    /// Why it cannot be asked, of one in [`State::Unaddressed`].
    #[must_use]
    pub fn why_unaddressed(&self) -> &str {
        self.unaddressed.as_deref().unwrap_or(PORT_UNKNOWN)
    }

    /// How long it has said nothing, in ms; 0 before the first answer.
    #[must_use]
    pub fn silence_ms(&self, now: Now) -> u64 {
        self.heard_mono_ms
            .map_or(0, |heard| now.mono_ms.saturating_sub(heard))
    }

    /// Its role as last told while it served; only [`State::Serving`] makes it current.
    #[must_use]
    pub fn current_role(&self, now: Now) -> Option<Role> {
        matches!(self.state(now), State::Serving | State::ReadOnly)
            .then_some(self.facts.role)
            .flatten()
    }

    /// Whether what is drawn of it is old: the picture stays, greyed, with its age.
    #[must_use]
    pub fn is_stale(&self, now: Now) -> bool {
        !matches!(self.state(now), State::Serving | State::ReadOnly)
    }

    /// Takes in the end of one poll.
    pub fn probed(&mut self, now: Now, probe: Probe) {
        let before = self.state(now);
        self.interval_ms = probe.interval_ms.max(1);
        let beat = match probe.outcome {
            Outcome::Serving { facts, via } => {
                if let Some(zxid) = facts.zxid {
                    self.zxids.push(Sample {
                        at_mono_ms: probe.at_mono_ms,
                        zxid,
                    });
                }
                self.facts = *facts;
                self.via = Some(via);
                self.closed = probe.closed;
                self.facts_mono_ms = Some(probe.at_mono_ms);
                self.last_outcome = Some(LastOutcome::Serving);
                if self.is_slow(probe.round_trip_us) {
                    Beat::Slow
                } else {
                    Beat::Served
                }
            }
            Outcome::NotServing => {
                self.last_outcome = Some(LastOutcome::NotServing);
                Beat::NotServing
            }
            Outcome::Shut => {
                self.last_outcome = Some(LastOutcome::Shut);
                self.closed = probe.closed;
                Beat::Served
            }
            // It speaks, if not by the door that was asked.
            Outcome::Silent(_) if self.is_heard(probe.at_mono_ms) => Beat::Missed,
            Outcome::Silent(fault) => {
                self.last_outcome = Some(LastOutcome::Silent(fault));
                Beat::Missed
            }
        };
        // Between its own beats, ten to one, an answered poll is no news.
        if beat != Beat::Served || self.pulse.is_none() {
            self.beats.push(beat);
        }
        if beat != Beat::Missed {
            self.heard_mono_ms = Some(probe.at_mono_ms);
        }
        if let Some(us) = probe.round_trip_us {
            if self.round_trips_us.len() == 60 {
                self.round_trips_us.pop_front();
            }
            self.round_trips_us.push_back(us);
        }
        if self.state(now) != before {
            self.state_since_mono_ms = now.mono_ms;
        }
    }

    /// Takes in one of its own heartbeats.
    pub fn beaten(&mut self, now: Now, at_mono_ms: u64, beat: Heartbeat) -> Beaten {
        let before = self.state(now);
        let pulse = self.pulse.as_ref();
        let was_late =
            pulse.is_some_and(|pulse| pulse.is_late(at_mono_ms.saturating_sub(pulse.at_mono_ms)));
        let mut is_news = was_late || !pulse.is_some_and(|pulse| beat.repeats(&pulse.beat));
        let mark = match (beat.serving, was_late) {
            (false, _) => Beat::NotServing,
            (true, true) => Beat::Slow,
            (true, false) => Beat::Own,
        };
        let mut is_drawn = !self.beats.are_all(mark);
        if beat.serving {
            let has_changed = self.absorb(&beat);
            is_news |= has_changed;
            is_drawn |= has_changed;
            self.zxids.push(Sample {
                at_mono_ms,
                zxid: Zxid(beat.zxid),
            });
            self.facts_mono_ms = Some(at_mono_ms);
            self.last_outcome = Some(LastOutcome::Serving);
        } else {
            self.last_outcome = Some(LastOutcome::NotServing);
        }
        self.beats.push(mark);
        self.heard_mono_ms = Some(at_mono_ms);
        self.beats_every_ms = Some(beat.interval_ms);
        self.pulse = Some(Pulse::after(self.pulse.as_ref(), at_mono_ms, beat));
        if self.state(now) != before {
            self.state_since_mono_ms = now.mono_ms;
            is_news = true;
            is_drawn = true;
        }
        Beaten { is_news, is_drawn }
    }

    /// Refreshes the facts; tells whether any has changed but the uptime, which always does.
    fn absorb(&mut self, beat: &Heartbeat) -> bool {
        let mut facts = self.facts.clone();
        beat.absorb_into(&mut facts);
        let uptime_ms = std::mem::replace(&mut facts.uptime_ms, self.facts.uptime_ms);
        let has_changed = facts != self.facts;
        facts.uptime_ms = uptime_ms;
        self.facts = facts;
        has_changed
    }

    /// Its heartbeats have ended: what it is now, the next poll tells. Where they ended by
    /// silence, it is silent until it answers one.
    pub fn stream_ended(&mut self, now: Now) {
        let before = self.state(now);
        self.pulse = None;
        let is_up = !matches!(self.last_outcome, None | Some(LastOutcome::Silent(_)));
        if is_up && self.is_hushed(now) {
            self.last_outcome = Some(LastOutcome::Silent(Fault::Timeout));
            self.beats.push(Beat::Missed);
        }
        if self.state(now) != before {
            self.state_since_mono_ms = now.mono_ms;
        }
    }

    /// How long it is silent between two words when it is well.
    #[must_use]
    pub fn usual_silence_ms(&self) -> u64 {
        self.beats_every_ms.unwrap_or(self.interval_ms)
    }

    /// Whether it beats ten times a second, and has said nothing for a whole one.
    #[must_use]
    pub fn is_hushed(&self, now: Now) -> bool {
        // The stream's own clock began a moment after ours took the time.
        self.beats_every_ms.is_some() && self.silence_ms(now) + CLOCKS_APART_MS >= QUIET_MS
    }

    /// For how long it has been of no use to a quorum.
    #[must_use]
    pub fn trouble_ms(&self, now: Now) -> u64 {
        self.trouble_since_mono_ms
            .map_or(0, |since| now.mono_ms.saturating_sub(since))
    }

    fn is_heard(&self, mono_ms: u64) -> bool {
        self.pulse
            .as_ref()
            .is_some_and(|pulse| pulse.is_fresh(mono_ms))
    }

    /// Whether it has been silent for longer than it should be: a suspicion, no fault.
    #[must_use]
    pub fn is_late(&self, now: Now) -> bool {
        let silence_ms = self.silence_ms(now);
        match &self.pulse {
            Some(pulse) => pulse.is_late(silence_ms),
            None => silence_ms > 2 * self.interval_ms + 500,
        }
    }

    /// The median of the kept round trips, microseconds.
    #[must_use]
    pub fn usual_round_trip_us(&self) -> Option<u64> {
        let mut sorted: Vec<u64> = self.round_trips_us.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }

    fn is_slow(&self, round_trip_us: Option<u64>) -> bool {
        // Below 50 ms a multiple says more of the scheduler than of the member.
        match (round_trip_us, self.usual_round_trip_us()) {
            (Some(now_us), Some(usual_us)) => now_us > 50_000 && now_us > 4 * usual_us,
            _ => false,
        }
    }
}
