//! `:audit`: who changed what, from this console and on our members, the newest first, and
//! whether each log's chain is whole.

use zoowarden_shared::{
    admin::{AuditLine, AuditTail, Chain},
    audit::Outcome,
};

use super::{Sheet, Tone};
use crate::{
    model::{
        Model,
        filter::Filter,
        links::knock::is_ours,
        naming::who,
        sessions::Told,
        survey::{Answer, Question},
    },
    text::{clean, count, cut},
};

/// Characters of a chain's last hash that are shown: enough to compare two by eye.
const HASH_SHOWN: usize = 16;
/// Columns of a log's name.
const NAME_WIDTH: usize = 22;

/// The page.
pub(super) fn sheet(model: &Model, filter: &Filter) -> Sheet {
    let mut sheet = Sheet::new(match filter.is_empty() {
        true => "audit: who changed what".to_owned(),
        false => format!("audit: who changed what   filter: {}", filter.0),
    });
    let mut lines: Vec<(String, &AuditLine)> = Vec::new();
    sheet.strong("chains");
    let own = model.own_audit.get();
    chain(
        "this console",
        own,
        own.and_then(|told| told.value.as_ref()),
        &mut sheet,
    );
    keep(own.and_then(|told| told.value.as_ref()), "here", &mut lines);
    for member in &model.members {
        let name = who(model, member);
        if !is_ours(member) {
            sheet.quiet(format!(
                "  ? {name}: not told; Apache writes none of this kind"
            ));
            continue;
        }
        let told = model.survey.told(&member.address, &Question::Audit);
        let tail = match told.and_then(|told| told.value.as_ref()) {
            Some(Answer::Audit(tail)) => Some(tail),
            _ => None,
        };
        chain(&name, told, tail, &mut sheet);
        keep(tail, &name, &mut lines);
    }
    sheet.quiet(
        "  That lines were cut off at the end shows only against a hash noted before: zoowarden \
         audit verify --head HASH",
    );
    lines.retain(|(name, line)| filter.passes(&format!("{name} {}", text(line))));
    // The clocks of several hosts: an order to read by, no proof.
    lines.sort_by_key(|(_, line)| (std::cmp::Reverse(line.record.unix_ms), line.sequence));
    sheet.plain("");
    sheet.strong(format!("lines: {}, the newest first", lines.len()));
    if lines.is_empty() {
        sheet.quiet("  none: nothing was ordered, or nothing passes the filter");
    }
    for (name, line) in lines {
        one(&name, line, &mut sheet);
    }
    sheet
}

fn keep<'a>(tail: Option<&'a AuditTail>, name: &str, lines: &mut Vec<(String, &'a AuditLine)>) {
    let own = tail.into_iter().flat_map(|tail| &tail.lines);
    lines.extend(own.map(|line| (name.to_owned(), line)));
}

/// Whether the log of this name is whole, or why that is not known.
fn chain<T>(name: &str, told: Option<&Told<T>>, tail: Option<&AuditTail>, sheet: &mut Sheet) {
    match tail.map(|tail| &tail.chain) {
        Some(Chain::Whole { lines, head }) => sheet.plain(format!(
            "  ✓ {name}: whole, lines: {}, head {}",
            count(*lines),
            cut(&clean(head), HASH_SHOWN)
        )),
        Some(Chain::Broken(why)) => sheet.warn(format!("  ✕ {name}: BROKEN: {why}")),
        Some(Chain::None) => sheet.plain(format!("  · {name}: none yet, nothing was ordered")),
        None => match told.and_then(|told| told.fault.as_deref()) {
            Some(fault) => sheet.warn(format!("  ? {name}: {fault}")),
            None => sheet.quiet(format!("  ? {name}: asking")),
        },
    }
}

fn one(name: &str, line: &AuditLine, sheet: &mut Sheet) {
    let record = &line.record;
    let tone = match record.outcome {
        Outcome::Begun | Outcome::Done => Tone::Plain,
        _ => Tone::Warn,
    };
    let name = cut(&clean(name), NAME_WIDTH);
    sheet.put(
        tone,
        format!("  {}  {name:<NAME_WIDTH$}  {}", record.time(), text(line)),
    );
    if !record.sentence.is_empty() {
        sheet.quiet(format!("      {}", record.sentence));
    }
    if let Some(reason) = &record.reason {
        sheet.quiet(format!("      reason: {reason}"));
    }
}

/// `812 done transfer_leadership: digest:ops from 10.0.0.7 to=3 (120 ms)`
fn text(line: &AuditLine) -> String {
    let record = &line.record;
    let mut text = format!(
        "{} {} {}: {} from {}",
        line.sequence,
        record.outcome.word(),
        record.what,
        record.principal,
        record.host
    );
    for (name, value) in &record.arguments {
        text.push_str(&format!(" {name}={value}"));
    }
    if let Some(ms) = record.duration_ms {
        text.push_str(&format!(" ({ms} ms)"));
    }
    text
}
