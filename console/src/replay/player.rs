//! Where the replay is: it tells a fresh model all moments up to the position, and no more.
//!
//! Forward it tells what lies between; back it begins at a checkpoint, a copy of the model of
//! which there are a few, further apart the longer the recording is. Whatever is to be told is
//! told in small portions, so that keys answer meanwhile.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::{
    chronicle::{Chronicle, Mark},
    events::Jump,
    finder::Finder,
    unanswered::answer,
};
use crate::{
    event::{Command, Event},
    keymap::bound::Keys,
    model::{
        Model,
        alarm::{Alarms, settings::AlarmSettings},
        clock::Now,
        replay::{Replay, ReplayKey, SPEEDS, Way},
        ui::Screen,
    },
    record::{Moment, Recording},
    update::update,
};

/// Copies of the model that are kept at most.
const MAX_CHECKPOINTS: usize = 24;
/// How far apart they are at first.
const CHECKPOINT_MS: u64 = 60_000;
/// A hole between two runs that is longer is passed over while it plays.
const HOLE_MS: u64 = 5_000;
/// What is told within a moment is no journey.
const FAR_MS: u64 = 1000;
/// Answers to what one event made the model ask for.
const MAX_ANSWERS: usize = 64;

/// The model as it was at a place of the recording.
#[derive(Debug)]
struct Checkpoint {
    at_ms: u64,
    /// The chunk that comes next.
    chunk: usize,
    model: Model,
}

/// A replay. Times are milliseconds on the recording's axis.
#[derive(Debug)]
pub struct Player {
    recording: Arc<Recording>,
    alarms: AlarmSettings,
    pub model: Model,
    /// What the model is told comes from here, then from this chunk on.
    waiting: VecDeque<(u64, Moment)>,
    next_chunk: usize,
    /// Up to where the model was told.
    told_ms: u64,
    /// Where it is to be.
    at_ms: u64,
    zero_ms: u64,
    is_playing: bool,
    speed: usize,
    checkpoints: Vec<Checkpoint>,
    apart_ms: u64,
    /// Chunks that could not be read.
    damaged: usize,
    events: Finder,
    /// What is to be said once the position is reached: which entry of the timeline that is, and
    /// the words for it.
    arrival: Option<(usize, String)>,
    /// Where this one is a scout's: what it has come by.
    pub(super) chronicle: Option<Chronicle>,
}

impl Player {
    /// At the recording's beginning, playing.
    #[must_use]
    pub fn new(recording: Recording, alarms: AlarmSettings) -> Self {
        Self::of(Arc::new(recording), alarms)
    }

    pub(super) fn of(recording: Arc<Recording>, alarms: AlarmSettings) -> Self {
        let (first_ms, _) = recording.span();
        let mut player = Self {
            model: Model::new(
                Now::default(),
                Default::default(),
                Vec::new(),
                Default::default(),
            ),
            recording,
            alarms,
            waiting: VecDeque::new(),
            next_chunk: 0,
            told_ms: first_ms,
            at_ms: first_ms,
            zero_ms: 0,
            is_playing: true,
            speed: 0,
            checkpoints: Vec::new(),
            apart_ms: CHECKPOINT_MS,
            damaged: 0,
            events: Finder::default(),
            arrival: None,
            chronicle: None,
        };
        player.model.keys = Keys::default().in_a_replay(&[]);
        player.fresh(0);
        player.show();
        player
    }

    /// The operator's key, or another event of this terminal's; tells what the terminal is to
    /// do.
    pub fn take(&mut self, event: Event) -> Vec<Command> {
        let commands = self.tell(self.now(), event);
        for command in &commands {
            if let Command::Replay(key) = command {
                self.key(*key);
            }
        }
        self.show();
        commands
    }

    /// So much time has passed in front of the screen.
    pub fn pass(&mut self, time: Duration) {
        let (_, last_ms) = self.recording.span();
        if self.is_playing && !self.is_behind() {
            let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            self.at_ms = self.at_ms.saturating_add(ms.saturating_mul(self.speed()));
            self.over_hole();
        }
        if self.at_ms >= last_ms {
            self.at_ms = last_ms;
            self.is_playing = false;
        }
        self.show();
    }

    /// Goes to a place.
    pub fn go_to(&mut self, at_ms: u64) {
        let (first_ms, last_ms) = self.recording.span();
        self.at_ms = at_ms.clamp(first_ms, last_ms);
        if self.at_ms < self.told_ms {
            self.back();
        }
        self.show();
    }

    /// The model was not yet told all up to the position.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        let next = self.waiting.front().map(|(at_ms, _)| *at_ms);
        let next = next.or_else(|| self.recording.first_of(self.next_chunk));
        next.is_some_and(|next| next <= self.at_ms)
    }

    /// There is something to do without the operator, in portions.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.is_behind() || self.events.is_looking()
    }

    /// Tells the model so many moments at most, towards the position; where it is there, and
    /// somebody waits for the events, a scout.
    pub fn advance(&mut self, most: usize) {
        if !self.is_behind()
            && let Some(way) = self.events.advance(most)
        {
            self.jump(way);
        }
        self.tell_towards(most);
        if !self.is_behind()
            && let Some((number, said)) = self.arrival.take()
        {
            let timeline = self.model.ui.list_of_mut(Screen::Timeline);
            timeline.selected = Some(number.to_string());
            self.model.say(said);
        }
        self.show();
    }

    fn tell_towards(&mut self, most: usize) {
        for _ in 0..most {
            if self.waiting.is_empty() {
                let first = self.recording.first_of(self.next_chunk);
                if first.is_none_or(|first| first > self.at_ms) {
                    break;
                }
                self.load();
                continue;
            }
            let is_due = |(at_ms, _): &(u64, Moment)| *at_ms <= self.at_ms;
            if !self.waiting.front().is_some_and(is_due) {
                break;
            }
            let Some((at_ms, moment)) = self.waiting.pop_front() else {
                break;
            };
            self.told_ms = at_ms;
            let at = moment.at();
            self.tell(at, moment.seen.into_event());
        }
        if !self.is_behind() {
            // Ages grow between two moments too.
            self.told_ms = self.at_ms;
            self.tell_time();
        }
    }

    fn tell_time(&mut self) {
        let now = self.now();
        if now.mono_ms > self.model.now.mono_ms + 100 {
            self.tell(now, Event::Tick);
        }
    }

    /// The position on the run's clocks.
    fn now(&self) -> Now {
        let mono_ms = self.told_ms.max(self.zero_ms) - self.zero_ms;
        Now {
            mono_ms: mono_ms.max(self.model.now.mono_ms),
            wall_ms: i64::try_from(self.told_ms).unwrap_or(i64::MAX),
        }
    }

    /// One event, and what a recording answers to what it made the model ask.
    fn tell(&mut self, at: Now, event: Event) -> Vec<Command> {
        let mut left = update(&mut self.model, at, event);
        let mut asked: VecDeque<Command> = left.extract_if(.., |one| is_asked(one)).collect();
        for _ in 0..MAX_ANSWERS {
            let Some(command) = asked.pop_front() else {
                break;
            };
            if let Some(event) = answer(command) {
                let more = update(&mut self.model, at, event);
                asked.extend(more.into_iter().filter(is_asked));
            }
        }
        left
    }

    fn key(&mut self, key: ReplayKey) {
        let (first_ms, last_ms) = self.recording.span();
        match key {
            ReplayKey::Play => {
                // At the end it begins anew.
                if !self.is_playing && self.at_ms >= last_ms {
                    self.go_to(first_ms);
                }
                self.is_playing ^= true;
            }
            ReplayKey::Back(ms) => self.step_to(self.at_ms.saturating_sub(ms)),
            ReplayKey::On(ms) => self.step_to(self.at_ms.saturating_add(ms)),
            ReplayKey::Event(way) => self.jump(way),
            ReplayKey::Slower => self.speed = self.speed.saturating_sub(1),
            ReplayKey::Faster => self.speed = (self.speed + 1).min(SPEEDS.len() - 1),
        }
    }

    /// What was said of another place does not hold there.
    fn step_to(&mut self, at_ms: u64) {
        self.arrival = None;
        self.model.ui.said = None;
        self.go_to(at_ms);
    }

    /// To the next event or to the one before, and waits there.
    fn jump(&mut self, way: Way) {
        self.is_playing = false;
        let (recording, alarms) = (&self.recording, &self.alarms);
        match self.events.jump(recording, alarms, self.at_ms, way) {
            Some(Jump::To {
                at_ms,
                number,
                said,
            }) => {
                self.step_to(at_ms);
                self.arrival = Some((number, said));
            }
            Some(Jump::Nowhere(why)) => self.model.say(why),
            None => {}
        }
    }

    /// What a scout's has come by.
    pub(super) fn chronicled(&mut self) -> Vec<Mark> {
        let mut chronicle = self.chronicle.take().unwrap_or_default();
        chronicle.end_run(&self.model.history, self.zero_ms);
        chronicle.into_marks()
    }

    pub(super) fn chunks_read(&self) -> usize {
        self.next_chunk
    }

    fn speed(&self) -> u64 {
        SPEEDS.get(self.speed).copied().unwrap_or(1)
    }

    /// Nothing happens between two runs.
    fn over_hole(&mut self) {
        if self.waiting.is_empty()
            && let Some(first) = self.recording.first_of(self.next_chunk)
            && self.is_new_run(self.next_chunk)
            && first > self.told_ms.saturating_add(HOLE_MS)
        {
            self.at_ms = self.at_ms.max(first);
        }
    }

    fn is_new_run(&self, chunk: usize) -> bool {
        let run = |chunk| self.recording.run_of(chunk).map(|(_, zero_ms)| zero_ms);
        chunk == 0 || run(chunk) != run(chunk - 1)
    }

    /// The next chunk comes into memory; between two, checkpoints are made.
    fn load(&mut self) {
        let chunk = self.next_chunk;
        if self.is_new_run(chunk) {
            self.fresh(chunk);
        }
        match &mut self.chronicle {
            Some(chronicle) if chronicle.is_due(&self.model.history) => {
                chronicle.note(&self.model.history, self.zero_ms);
            }
            Some(_) => {}
            None => self.checkpoint(),
        }
        match self.recording.read(chunk) {
            Ok(moments) => self.waiting = moments.into(),
            Err(_) => self.damaged += 1,
        }
        self.next_chunk = chunk + 1;
    }

    /// A run begins: the model knows what its console knew at its start.
    fn fresh(&mut self, chunk: usize) {
        let Some((origin, zero_ms)) = self.recording.run_of(chunk) else {
            return;
        };
        let first_ms = self.recording.first_of(chunk).unwrap_or(zero_ms);
        let at = Now {
            mono_ms: first_ms.saturating_sub(zero_ms),
            wall_ms: i64::try_from(first_ms).unwrap_or(i64::MAX),
        };
        if let Some(chronicle) = &mut self.chronicle {
            chronicle.end_run(&self.model.history, self.zero_ms);
        }
        let mut model = origin.model(at);
        model.alarms = Alarms::new(self.alarms.clone());
        self.zero_ms = zero_ms;
        self.put(model);
    }

    /// Another model in the place of this one; the operator stays where he is.
    fn put(&mut self, mut model: Model) {
        std::mem::swap(&mut model.ui, &mut self.model.ui);
        model.runbooks = std::mem::take(&mut self.model.runbooks);
        model.keys = self.model.keys.clone();
        self.model = model;
        self.model.is_dirty = true;
    }

    fn checkpoint(&mut self) {
        let newest = self.checkpoints.last().map(|newest| newest.at_ms);
        if newest.is_some_and(|newest| self.told_ms < newest + self.apart_ms) {
            return;
        }
        if self.checkpoints.len() == MAX_CHECKPOINTS {
            let mut number = 0;
            self.checkpoints.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.apart_ms *= 2;
        }
        let mut model = self.model.clone();
        model.frozen = None;
        self.checkpoints.push(Checkpoint {
            at_ms: self.told_ms,
            chunk: self.next_chunk,
            model,
        });
    }

    /// Back to the newest checkpoint before the position, or to the beginning.
    fn back(&mut self) {
        self.waiting.clear();
        let before = self.checkpoints.iter().rev();
        let checkpoint = before.into_iter().find(|one| one.at_ms <= self.at_ms);
        match checkpoint {
            Some(Checkpoint {
                at_ms,
                chunk,
                model,
            }) => {
                self.told_ms = *at_ms;
                self.next_chunk = *chunk;
                let model = model.clone();
                // A checkpoint is of the run of its chunk.
                if let Some((_, zero_ms)) = self.recording.run_of(*chunk) {
                    self.zero_ms = zero_ms;
                }
                self.put(model);
            }
            None => {
                (self.told_ms, _) = self.recording.span();
                self.next_chunk = 0;
                self.fresh(0);
            }
        }
    }

    /// Shows where it is.
    fn show(&mut self) {
        let (first_ms, last_ms) = self.recording.span();
        let shown = Replay {
            first_ms,
            last_ms,
            at_ms: self.at_ms,
            is_playing: self.is_playing,
            speed: self.speed(),
            is_behind: self.is_behind() && self.at_ms - self.told_ms.min(self.at_ms) > FAR_MS,
            looked_percent: self.events.percent(),
            damaged: self.damaged,
        };
        self.model.is_dirty |= self.model.replay.as_ref() != Some(&shown);
        self.model.replay = Some(shown);
    }
}

/// What a recording answers; the rest is the terminal's, or nobody's.
fn is_asked(command: &Command) -> bool {
    !matches!(
        command,
        Command::Quit | Command::Redraw | Command::Copy(_) | Command::Replay(_)
    )
}
