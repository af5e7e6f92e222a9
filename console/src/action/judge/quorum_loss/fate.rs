//! What becomes of each voter's disk: it goes on, it is set aside, or it stays as it is and
//! the checks say why that may be or not.

use std::cmp::Reverse;

use super::super::super::{
    disk::Disk,
    facts::Facts,
    means::Means,
    plan::{HookKind, ProcessOrder},
};
use crate::action::judge::steps::process_step;

/// What the wizard does with the disks.
pub(super) struct Fates<'a> {
    /// The best history first: by `currentEpoch`, zxid and id, as in an election.
    pub(super) go_on: Vec<&'a Disk>,
    /// Of stopped members, which cannot go on or cannot be told to.
    pub(super) aside: Vec<&'a Disk>,
}

impl<'a> Fates<'a> {
    pub(super) fn of(facts: &Facts, disks: &'a [Disk], means: &Means) -> Self {
        let mut go_on: Vec<&Disk> = Vec::new();
        let mut aside = Vec::new();
        for disk in disks {
            if goes_on(facts, disk, means) {
                go_on.push(disk);
            } else if disk.is_stopped_with_data() && means.reaches(HookKind::SetAside, disk.sid) {
                aside.push(disk);
            }
        }
        go_on.sort_by_key(|disk| Reverse(disk.history()));
        Self { go_on, aside }
    }

    pub(super) fn goes_on(&self, disk: &Disk) -> bool {
        self.go_on.iter().any(|other| other.sid == disk.sid)
    }

    pub(super) fn is_set_aside(&self, disk: &Disk) -> bool {
        self.aside.iter().any(|other| other.sid == disk.sid)
    }
}

/// A running one is told so; a stopped one is forced by its files, and started.
fn goes_on(facts: &Facts, disk: &Disk, means: &Means) -> bool {
    let can_be_started = || {
        let member = facts.sid(disk.sid);
        member.is_some_and(|member| process_step(member, means, ProcessOrder::Start).is_ok())
    };
    disk.is_sound()
        && (disk.runs()
            || (disk.is_stopped_with_data()
                && means.reaches(HookKind::Force, disk.sid)
                && can_be_started()))
}
