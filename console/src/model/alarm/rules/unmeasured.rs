//! What no member tells yet: in the list, so that nobody takes silence for health.

use crate::model::{
    Model,
    alarm::{About, CanTell, Finding, Rule, evidence::Evidence},
};

static DISK_FILLING: About = About::of("disk-filling", "a member's disk fills up");
static CLOCK_OFFSET: About = About::of("clock-offset", "a member's clock is off the others'");

/// A rule that can find nothing, and says why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unmeasured {
    about: &'static About,
    why: &'static str,
}

impl Unmeasured {
    pub(super) const DISK_FILLING: Self = Self {
        about: &DISK_FILLING,
        why: "not measured: Apache's members tell how much they use and not what is free, and \
              ours tell neither yet; use the host's monitoring",
    };
    pub(super) const CLOCK_OFFSET: Self = Self {
        about: &CLOCK_OFFSET,
        why: "not measured: no member tells its clock yet; use the host's monitoring (chrony)",
    };
}

impl Rule for Unmeasured {
    fn about(&self) -> &'static About {
        self.about
    }

    fn check(&mut self, _evidence: &Evidence<'_>, _threshold: u64) -> Vec<Finding> {
        Vec::new()
    }

    fn can_tell(&self, _model: &Model) -> CanTell {
        CanTell::No(self.why.to_owned())
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}
