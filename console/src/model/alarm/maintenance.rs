//! A maintenance: the alarms of a part of the ensemble are shown and not told, for a time that
//! ends by itself. What began meanwhile and still lasts is told when it is over.

use super::record::Alarm;

/// What is being worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaintenanceScope {
    /// The whole ensemble.
    All,
    /// One member, by its address. What follows for the ensemble, such as a margin of 0, is
    /// told nevertheless.
    Member(String),
}

impl MaintenanceScope {
    /// As it is drawn.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Member(address) => address.clone(),
        }
    }
}

/// One maintenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    pub scope: MaintenanceScope,
    /// On the monotonic clock.
    pub until_mono_ms: u64,
    /// As the operator gave it; may be empty.
    pub ticket: String,
}

impl Maintenance {
    /// Whether this alarm is not told while it lasts.
    #[must_use]
    pub fn mutes(&self, alarm: &Alarm) -> bool {
        match &self.scope {
            MaintenanceScope::All => true,
            MaintenanceScope::Member(address) => {
                alarm.finding.subject.member() == Some(address.as_str())
            }
        }
    }
}
