//! What wants a look although all voters serve: `WATCH` in place of `HEALTHY`. A leader with a
//! slow disk is no loss, and yet nobody should read that all is well.

use zoowarden_shared::admin::verdict::Verdict;

use super::{
    Model,
    alarm::{Alarm, notice::Urgency},
};

/// The alarm that says so, of those that are found now, that tell of an impact, and that nobody has
/// acknowledged or snoozed.
#[must_use]
pub fn concern(model: &Model) -> Option<&Alarm> {
    if model.verdict.verdict != Verdict::Healthy {
        return None;
    }
    let mut active = model.alarms.active();
    active.find(|alarm| {
        alarm.finding.urgency > Urgency::Low
            && alarm.off_since_mono_ms.is_none()
            && alarm.acknowledged.is_none()
            && alarm.snoozed_until_mono_ms.is_none()
    })
}

/// Its title before the verdict's sentence: `The disk of 3 is slow; all 3 voters serve ...`.
#[must_use]
pub(super) fn before(alarm: &Alarm, sentence: &str) -> String {
    format!(
        "{}; {}",
        capital(&alarm.finding.title, char::to_uppercase),
        capital(sentence, char::to_lowercase)
    )
}

fn capital<I: Iterator<Item = char>>(text: &str, into: impl Fn(char) -> I) -> String {
    let mut rest = text.chars();
    let first = rest.next();
    first.into_iter().flat_map(into).chain(rest).collect()
}
