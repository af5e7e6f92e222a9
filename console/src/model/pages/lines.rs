//! What members and hooks print, line by line.

use super::Sheet;
use crate::{
    demo::MemberEnd,
    model::{Model, clock::age, links::knock::is_ours, naming::called, survey::Question},
};

/// The last lines of a member's log.
pub(super) fn log(model: &Model, address: &str) -> Sheet {
    let mut sheet = Sheet::new(format!("log of {}", called(model, address)));
    let ours = model.member(address).is_some_and(is_ours);
    if let Some(end) = model.ended.get(address) {
        last_words(model, end, &mut sheet);
    } else if ours {
        answered(model, address, &Question::Log, &mut sheet);
    } else {
        sheet.warn("Not told: Apache ZooKeeper has no command for its log.");
        sheet.plain("A read-only hook of this name in console.toml tells it:");
        sheet.plain("  [read_only_hooks]");
        sheet.plain("  log = \"ssh {host} journalctl -n 200 -u zookeeper\"");
    }
    sheet
}

/// The end of the log of one whose process is gone, as its supervisor kept it: it tells nothing
/// itself any more.
fn last_words(model: &Model, end: &MemberEnd, sheet: &mut Sheet) {
    sheet.warn(format!("Process {} has ended, {}.", end.pid, end.how));
    if let Some(told) = model.supervised.get(&end.address) {
        sheet.warn(format!("Its supervisor: {}.", told.said));
    }
    sheet.quiet("its last words:");
    for line in &end.last_words {
        sheet.plain(line);
    }
    let earlier = model.survey.lines(&end.address, &Question::Log);
    if let Some(earlier) = earlier.filter(|lines| !lines.is_empty()) {
        sheet.quiet("what it told of its log while it ran:");
        for line in earlier {
            sheet.plain(line);
        }
    }
}

/// What a read-only hook printed.
pub(super) fn hook(model: &Model, address: &str, name: &str) -> Sheet {
    let member = called(model, address);
    let mut sheet = Sheet::new(format!(
        "from the host of {member}, by your hook \"{name}\""
    ));
    answered(model, address, &Question::Hook(name.to_owned()), &mut sheet);
    sheet
}

fn answered(model: &Model, address: &str, question: &Question, sheet: &mut Sheet) {
    let survey = &model.survey;
    let told = survey.told(address, question);
    if let Some(told) = told {
        let ago = age(model.now.mono_ms.saturating_sub(told.at_mono_ms));
        sheet.title.push_str(&format!("   {ago} ago"));
        if let Some(fault) = &told.fault {
            sheet.warn(fault);
        }
    }
    if survey.is_under_way(address, question) && told.is_none() {
        sheet.quiet("asking");
    }
    for line in survey.lines(address, question).unwrap_or_default() {
        sheet.plain(line);
    }
}
