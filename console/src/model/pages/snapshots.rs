//! `:snapshots`: the snapshot files in the members' data directories; from here one is taken.

use zoowarden_shared::{
    Zxid,
    admin::{SnapshotFacts, SnapshotList},
};

use super::Sheet;
use crate::{
    keymap::Action,
    model::{
        Model,
        clock::{age, date_and_time},
        links::knock::is_ours,
        member::Member,
        naming::who,
        survey::{Answer, Question},
        ui::Screen,
    },
    text::{bytes, clean, many},
};

/// Files of one member that are listed; the newest.
const MOST: usize = 20;

/// The page.
pub(super) fn sheet(model: &Model) -> Sheet {
    let mut sheet = Sheet::new("snapshots in the members' data directories");
    for member in &model.members {
        sheet.strong(who(model, member));
        if is_ours(member) {
            ours(model, member, &mut sheet);
        } else {
            sheet.warn("  not told: only members of ours list their files");
            sheet.quiet("    on its host: ls -lt DATADIR/version-2/snapshot.*");
        }
        sheet.plain("");
    }
    sheet.strong("take one now");
    let key = choices_key(model).map_or_else(String::new, |key| format!("{key} here, or "));
    sheet.plain(format!(
        "  {key}:act snapshot MEMBER: a member of ours writes one to its disk, behind a gate"
    ));
    sheet.quiet("  to have it here: curl -H 'Authorization: digest USER:PASSWORD' -o snapshot \\");
    sheet.quiet("    'http://HOST:ADMINPORT/commands/snapshot?streaming=true'");
    sheet.strong("put one back");
    sheet.plain(
        "  :act restore FILE opens the gate: clients are stopped, every member gets the same",
    );
    sheet
}

/// The key that lists what can be done, where the screen below has it.
fn choices_key(model: &Model) -> Option<String> {
    let mut lines = model.keys.all();
    let is_here = |screens: &[Screen]| screens.is_empty() || screens.contains(&model.ui.screen);
    let line = lines.find(|line| line.binding.action == Action::Choices)?;
    is_here(line.binding.screens).then(|| line.shown.to_owned())
}

fn ours(model: &Model, member: &Member, sheet: &mut Sheet) {
    let told = model.survey.told(&member.address, &Question::Snapshots);
    let Some(told) = told else {
        sheet.quiet("  asking");
        return;
    };
    if let Some(fault) = &told.fault {
        sheet.warn(format!("  {fault}"));
    }
    let Some(Answer::Snapshots(list)) = &told.value else {
        return;
    };
    let before = match told.fault {
        Some(_) => "as it was told before: ",
        None => "",
    };
    sheet.quiet(format!("  {before}{}", summary(list)));
    if list.snapshots.is_empty() {
        sheet.warn("  no snapshot at all");
    }
    for one in list.snapshots.iter().take(MOST) {
        let line = line(model, one);
        match one.finished {
            true => sheet.plain(line),
            false => sheet.warn(format!("{line}   not finished: being written, or cut off")),
        }
    }
    let more = list.left_out + list.snapshots.len().saturating_sub(MOST);
    if more > 0 {
        sheet.quiet(format!("  and {more} older ones"));
    }
}

fn summary(list: &SnapshotList) -> String {
    let free = list.free_bytes.map_or(String::new(), |free| {
        format!(", {} free on the disk", bytes(free))
    });
    format!(
        "{}; {} of {}{free}",
        many(
            (list.snapshots.len() + list.left_out) as u64,
            "snapshot",
            "snapshots"
        ),
        many(list.logs as u64, "log", "logs"),
        bytes(list.log_bytes)
    )
}

fn line(model: &Model, one: &SnapshotFacts) -> String {
    let when = one.modified_unix_ms.map_or("time ?".to_owned(), |at| {
        let ago = u64::try_from(model.now.wall_ms.saturating_sub(at)).unwrap_or(0);
        format!("{}  {} ago", date_and_time(at), age(ago))
    });
    format!(
        "  {:<28} up to {}  {:>9}  {when}",
        clean(&one.name),
        Zxid(one.zxid),
        bytes(one.bytes)
    )
}
