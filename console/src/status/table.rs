//! The picture for people: a sentence, an aligned table, what else is to be said.

use unicode_width::UnicodeWidthStr as _;

use super::picture::{MemberLine, Picture};
use crate::model::naming::telling;

const HEADINGS: [&str; 9] = [
    "id",
    "address",
    "state",
    "zxid",
    "lag",
    "round trip",
    "connections",
    "znodes",
    "version",
];
/// Columns of numbers, which are aligned at their right.
const RIGHT: [usize; 5] = [0, 4, 5, 6, 7];

pub(super) fn text(picture: &Picture) -> String {
    let mut lines = vec![picture.sentence.clone()];
    if !picture.members.is_empty() {
        lines.push(String::new());
        lines.extend(table(&picture.members));
    }
    for member in &picture.members {
        if let Some(note) = &member.note {
            let id = telling(member.id, member.role);
            let id = id.map_or_else(String::new, |id| format!("{id} "));
            lines.push(format!("{id}{}: {note}", member.address));
        }
    }
    lines.extend(picture.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

fn table(members: &[MemberLine]) -> Vec<String> {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(members.iter().map(row));
    let widths: [usize; HEADINGS.len()] =
        std::array::from_fn(|column| rows.iter().map(|r| r[column].width()).max().unwrap_or(0));
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn row(member: &MemberLine) -> [String; HEADINGS.len()] {
    let shown = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    [
        shown(member.id.map(|id| id.to_string())),
        member.address.clone(),
        state(member).to_owned(),
        shown(member.zxid.map(|zxid| zxid.to_string())),
        shown(member.lag.map(|lag| lag.to_string())),
        shown(member.round_trip_ms.map(|ms| format!("{ms:.1} ms"))),
        shown(member.connections.map(|n| n.to_string())),
        shown(member.znode_count.map(|n| n.to_string())),
        shown(member.version.clone()),
    ]
}

fn state(member: &MemberLine) -> &'static str {
    match (member.reachable, member.serving, member.role) {
        (Some(true), Some(true), Some(role)) => role.name(),
        (Some(true), Some(true), None) => "serving",
        (Some(true), Some(false), _) => "not serving",
        (Some(true), None, _) => "alive",
        (Some(false), ..) => "no answer",
        (None, ..) => "unknown",
    }
}

fn line(row: &[String; HEADINGS.len()], widths: &[usize; HEADINGS.len()]) -> String {
    let mut line = String::new();
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        let pad = " ".repeat(width.saturating_sub(cell.width()));
        if column > 0 {
            line.push_str("  ");
        }
        if RIGHT.contains(&column) {
            line.push_str(&pad);
            line.push_str(cell);
        } else {
            line.push_str(cell);
            line.push_str(&pad);
        }
    }
    line.truncate(line.trim_end().len());
    line
}
