//! Alarms: what is wrong, how much it matters, and when the operator is told.
//!
//! ```text
//!   Model ──evidence──> rules ──findings──> engine ──changes──> telling ──> Command::Notify
//!           vantage: is it them,              │                 merged, flood,
//!           or is it this console?            └> alarms, history    reminders
//! ```
//!
//! - `rules`: one file each: a name, a check, a sentence, a suggestion, and what it needs
//! - `evidence`: what all rules judge by: who is lost, and the margin that leaves
//! - `vantage`: times at which this console must accuse nobody
//! - `engine`: debounce, hold-off;  `flapping`: what comes and goes;  `telling`: what of that is
//!   said aloud;  `flood`: and what is too much of it
//! - `record`: one alarm from its beginning to its end;  `finding`: what a rule found
//! - `notice`: the contract with those who carry it to the operator
//! - `maintenance`: what is not told for a while
//! - `settings`: `[alarms]` of console.toml;  `section`: the parts of screen 9
//!
//! Quiet is a feature: severity is the impact on the ensemble, each alarm is told once when it
//! begins and once when it ends, and what begins together is told together. A loss that lasts is
//! never silent: that it came and went before mutes what comes and goes, and nothing else.

mod engine;
mod evidence;
mod finding;
mod flapping;
mod flood;
mod maintenance;
pub mod notice;
mod record;
mod rule;
pub mod rules;
mod section;
pub mod settings;
mod suggestion;
mod telling;
mod vantage;

use std::collections::{BTreeMap, VecDeque};

pub use finding::{Finding, Subject};
pub use maintenance::{Maintenance, MaintenanceScope};
pub use record::{Acknowledged, Alarm, Ending, Telling};
pub use rule::{About, CanTell, Rule, Threshold};
pub use section::Section;
pub use suggestion::{Remedy, Suggestion};

use super::clock::Now;
use flood::Teller;
use notice::{Delivery, Urgency};
use settings::AlarmSettings;
use vantage::Vantage;

/// Ended alarms that are kept.
const HISTORY_KEPT: usize = 200;

/// All alarms of one ensemble, the rules that raise them, and what was told.
#[derive(Debug, Default)]
pub struct Alarms {
    rules: Vec<Box<dyn Rule>>,
    settings: AlarmSettings,
    /// In the order in which they began.
    active: Vec<Alarm>,
    /// Oldest first.
    history: VecDeque<Alarm>,
    /// Found, and not yet for long enough: since when, by key.
    pending: BTreeMap<String, u64>,
    /// When each alarm began lately, by key, on the monotonic clock.
    begun: BTreeMap<String, VecDeque<u64>>,
    vantage: Vantage,
    teller: Teller,
    /// The newest test alarm.
    test: Option<TestAlarm>,
    maintenance: Option<Maintenance>,
}

/// A test alarm, and how telling it went.
#[derive(Clone, Debug)]
pub struct TestAlarm {
    pub number: u64,
    pub at: Now,
    pub deliveries: Vec<Delivery>,
}

/// How many alarms there are now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Neither acknowledged nor snoozed.
    pub active: usize,
    /// Of them, those of [`Urgency::Critical`] that are there just now.
    pub critical: usize,
    pub acknowledged: usize,
    pub snoozed: usize,
}

impl Clone for Alarms {
    fn clone(&self) -> Self {
        Self {
            rules: self.rules.iter().map(|rule| rule.boxed()).collect(),
            settings: self.settings.clone(),
            active: self.active.clone(),
            history: self.history.clone(),
            pending: self.pending.clone(),
            begun: self.begun.clone(),
            vantage: self.vantage.clone(),
            teller: self.teller.clone(),
            test: self.test.clone(),
            maintenance: self.maintenance.clone(),
        }
    }
}

impl Alarms {
    /// All rules, set as the operator has it. (The `default` has none and raises nothing: it
    /// stands in while the rules look at the model.)
    #[must_use]
    pub fn new(settings: AlarmSettings) -> Self {
        Self {
            rules: rules::all(),
            settings,
            ..Self::default()
        }
    }

    #[must_use]
    pub fn settings(&self) -> &AlarmSettings {
        &self.settings
    }

    /// The rules, in the order of the list on screen 9.
    pub fn rules(&self) -> impl Iterator<Item = &dyn Rule> {
        self.rules.iter().map(AsRef::as_ref)
    }

    /// What came and went before makes nothing flap: each fault of a drill is one of its own.
    pub fn forget_beginnings(&mut self) {
        self.begun.clear();
    }

    /// All that have begun and not ended, acknowledged and snoozed ones among them.
    pub fn active(&self) -> impl Iterator<Item = &Alarm> {
        self.active.iter()
    }

    /// Those that have ended, oldest first.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &Alarm> {
        self.history.iter()
    }

    /// The alarm of this key that has not ended.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Alarm> {
        self.active.iter().find(|alarm| alarm.key == key)
    }

    /// The newest test alarm.
    #[must_use]
    pub fn test(&self) -> Option<&TestAlarm> {
        self.test.as_ref()
    }

    /// For the footer and the overview.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let in_section = |section| {
            let alarms = self.active.iter();
            alarms.filter(move |alarm| Section::of(alarm) == section)
        };
        Counts {
            active: in_section(Section::Active).count(),
            critical: in_section(Section::Active)
                .filter(|alarm| alarm.finding.urgency == Urgency::Critical && !alarm.is_calm())
                .count(),
            acknowledged: in_section(Section::Acknowledged).count(),
            snoozed: in_section(Section::Snoozed).count(),
        }
    }

    /// The maintenance that is under way.
    #[must_use]
    pub fn maintenance(&self) -> Option<&Maintenance> {
        self.maintenance.as_ref()
    }

    /// Begins a maintenance in the place of the one before; `None` ends it. What has begun
    /// meanwhile and still lasts is told when it is over.
    pub fn maintain(&mut self, maintenance: Option<Maintenance>) {
        self.maintenance = maintenance;
    }

    /// The cluster's page was opened, or closed (`is_afar`): the same alarms go on, seen from
    /// elsewhere. What was acknowledged and snoozed stays so.
    pub fn moved(&mut self, now: Now, is_afar: bool) {
        self.vantage.moved(now, is_afar);
        for rule in &mut self.rules {
            rule.moved();
        }
    }

    /// The operator has seen it: no reminder any more; its end is still told. Tells whether
    /// there is such an alarm.
    pub fn acknowledge(&mut self, key: &str, at: Now, by: &str) -> bool {
        let alarm = self.active.iter_mut().find(|alarm| alarm.key == key);
        let found = alarm.is_some();
        if let Some(alarm) = alarm {
            alarm.acknowledged = Some(Acknowledged {
                at,
                by: by.to_owned(),
            });
            alarm.snoozed_until_mono_ms = None;
        }
        found
    }

    /// Says nothing of it until then. Tells whether there is such an alarm.
    pub fn snooze(&mut self, key: &str, until_mono_ms: u64) -> bool {
        let alarm = self.active.iter_mut().find(|alarm| alarm.key == key);
        let found = alarm.is_some();
        if let Some(alarm) = alarm {
            alarm.snoozed_until_mono_ms = Some(until_mono_ms);
        }
        found
    }

    /// Keeps how telling went with the alarms that it was about.
    pub fn delivered(&mut self, delivery: &Delivery) {
        let alarms = self.active.iter_mut().chain(&mut self.history);
        for alarm in alarms.filter(|alarm| alarm.was_told_by(delivery.notice)) {
            alarm.delivered(delivery);
        }
        if let Some(test) = &mut self.test
            && test.number == delivery.notice
        {
            test.deliveries.push(delivery.clone());
        }
    }
}
