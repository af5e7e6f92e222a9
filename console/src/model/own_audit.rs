//! This console's own audit log, read while its page is open.

use zoowarden_shared::admin::AuditTail;

use super::{
    Model,
    sessions::Told,
    ui::{Overlay, Page},
};
use crate::event::Command;

/// Its file is read so often.
const EVERY_MS: u64 = 5_000;

/// What was read of it.
#[derive(Clone, Debug, Default)]
pub struct OwnAudit {
    asked_mono_ms: Option<u64>,
    told: Option<Told<AuditTail>>,
}

impl OwnAudit {
    /// What it says, or why it could not be read.
    #[must_use]
    pub fn get(&self) -> Option<&Told<AuditTail>> {
        self.told.as_ref()
    }

    /// Takes in what was read.
    pub fn told(&mut self, at_mono_ms: u64, tail: Result<AuditTail, String>) {
        let (value, fault) = match tail {
            Ok(tail) => (Some(tail), None),
            Err(fault) => (None, Some(fault)),
        };
        self.told = Some(Told {
            value,
            fault,
            at_mono_ms,
        });
    }
}

/// The command that has fallen due.
pub fn wanted(model: &mut Model) -> Option<Command> {
    let is_shown = matches!(model.ui.overlay, Some(Overlay::Page(Page::Audit(_))));
    let now = model.now.mono_ms;
    let asked = &mut model.own_audit.asked_mono_ms;
    let is_due = asked.is_none_or(|at| now.saturating_sub(at) >= EVERY_MS);
    if !is_shown || !is_due {
        return None;
    }
    *asked = Some(now);
    Some(Command::ReadAudit)
}
