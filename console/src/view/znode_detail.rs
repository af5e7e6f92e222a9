//! The selected znode: its stat and ACL, and its data as JSON, text or hex.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use zoowarden_shared::{SessionId, acl::Acl, stat::Stat};

use super::{data, heading, members::shown_zxid, put, span, theme};
use crate::{
    model::{
        Model, clock::date_and_time, tree::Znode, ui::Pane, wanted::LARGE_DATA,
        znode::acl_text::letters,
    },
    text::{Align, clean, count, fit},
};

pub(super) fn draw(model: &Model, path: &str, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let mut title = vec![span(clean(path), theme::STRONG)];
    if model.ui.pane == Pane::Detail {
        title.push(span("  *", theme::STRONG));
    }
    let mut lines = vec![heading(area.width, title)];
    let blank = Znode::default();
    let node = model.tree.nodes.get(path).unwrap_or(&blank);
    match (&node.stat.value, &node.stat.error) {
        (Some(stat), _) => lines.extend(stat_lines(stat, node)),
        (None, Some(error)) => {
            lines.push(Line::from(span(format!(" {}", clean(error)), theme::WARN)));
        }
        (None, None) => lines.push(Line::from(span(" not read yet", theme::QUIET))),
    }
    lines.extend(acl_lines(node, model.ui.hides));
    lines.extend(quota_line(node, path));
    lines.push(data_title(model, node, area.width));
    let room = usize::from(area.height).saturating_sub(lines.len());
    let body = data_lines(model, node, columns);
    let from = model.ui.scroll.min(body.len().saturating_sub(room));
    let hidden = body.len().saturating_sub(from + room);
    let mut body: Vec<Line<'static>> = body.into_iter().skip(from).take(room).collect();
    if hidden > 0
        && let Some(last) = body.last_mut()
    {
        let text = format!(" {} more lines: Tab, then arrows", count(hidden as u64 + 1));
        *last = Line::from(span(text, theme::QUIET));
    }
    lines.extend(body);
    put(frame, area, lines);
}

fn stat_lines(stat: &Stat, node: &Znode) -> Vec<Line<'static>> {
    let owner = match stat.ephemeral_owner {
        // `DataNode.copyStat` hides from clients which of them it is.
        0 => "persistent, container or TTL".to_owned(),
        i64::MIN => "container".to_owned(),
        // EphemeralType.TTL: the top byte marks it, the low 40 bits are milliseconds.
        owner if (owner as u64) >> 56 == 0xff => {
            format!("TTL {} ms", count(owner as u64 & 0xff_ffff_ffff))
        }
        owner => format!("ephemeral of {}", SessionId(owner)),
    };
    let mut children = count(u64::try_from(stat.num_children).unwrap_or(0)) + " children";
    if stat.num_children > 0 {
        let below = match (&node.below.value, &node.below.error) {
            (Some(below), _) => format!(
                "; {} below it in all",
                count(u64::try_from(*below).unwrap_or(0))
            ),
            (None, Some(error)) => format!("; below it in all: {}", clean(error)),
            (None, None) if node.below.in_flight => "; counting below it".to_owned(),
            (None, None) => "; # counts below it".to_owned(),
        };
        children.push_str(&below);
    }
    vec![
        fact("kind", format!("{owner}; {children}")),
        fact(
            "created",
            format!("{}  {}", date_and_time(stat.ctime), shown_zxid(stat.czxid)),
        ),
        fact(
            "set",
            format!(
                "{}  {}  version {}",
                date_and_time(stat.mtime),
                shown_zxid(stat.mzxid),
                stat.version
            ),
        ),
        fact(
            "family",
            format!(
                "{}  cversion {}  aversion {}",
                shown_zxid(stat.pzxid),
                stat.cversion,
                stat.aversion
            ),
        ),
    ]
}

fn acl_lines(node: &Znode, hides: bool) -> Vec<Line<'static>> {
    let text = match (&node.acl.value, &node.acl.error) {
        (Some(_), _) if hides => "hidden".to_owned(),
        (Some(acl), _) => acl.iter().map(acl_entry).collect::<Vec<_>>().join("  "),
        (None, Some(error)) => clean(error),
        (None, None) => "not read yet".to_owned(),
    };
    vec![fact("acl", text)]
}

/// The quota that holds for it; nothing where a znode can have none.
fn quota_line(node: &Znode, path: &str) -> Option<Line<'static>> {
    match (&node.quota.value, &node.quota.error) {
        (Some(Some(seen)), _) => {
            let sentence = clean(&seen.sentence(path));
            Some(if seen.is_exceeded() {
                Line::from(vec![
                    span(format!(" {} ", fit("quota", 7, Align::Left)), theme::QUIET),
                    span(format!("▲ exceeded: {sentence}"), theme::WARN),
                ])
            } else {
                fact("quota", sentence)
            })
        }
        (Some(None), _) => Some(fact("quota", "none".to_owned())),
        (None, Some(error)) => Some(fact("quota", clean(error))),
        (None, None) => None,
    }
}

/// `world:anyone cdrwa`, as zkCli writes permissions.
fn acl_entry(acl: &Acl) -> String {
    let given = letters(acl.perms);
    format!("{}:{} {given}", clean(&acl.id.scheme), clean(&acl.id.id))
}

fn data_title(model: &Model, node: &Znode, columns: u16) -> Line<'static> {
    let size = node.stat.value.map_or(0, |stat| stat.data_length);
    let size = count(u64::try_from(size).unwrap_or(0));
    let form = match &node.data.value {
        Some(bytes) => data::form(model.tree.form, bytes).shown(),
        None => model.tree.form.shown(),
    };
    heading(
        columns,
        vec![
            span(format!("data   {size} bytes   as {form}"), Style::new()),
            span("   v", theme::STRONG),
            span(" as another", theme::QUIET),
        ],
    )
}

fn data_lines(model: &Model, node: &Znode, columns: usize) -> Vec<Line<'static>> {
    if model.ui.hides {
        return vec![Line::from(span(" hidden: p shows it", theme::QUIET))];
    }
    if let Some(error) = &node.data.error {
        return vec![Line::from(span(format!(" {}", clean(error)), theme::WARN))];
    }
    let Some(bytes) = &node.data.value else {
        let large = node
            .stat
            .value
            .is_some_and(|stat| stat.data_length > LARGE_DATA);
        let text = if large {
            " not read: above 1 MiB"
        } else {
            " not read yet"
        };
        return vec![Line::from(span(text, theme::QUIET))];
    };
    data::lines(model.tree.form, bytes, columns.saturating_sub(1))
        .into_iter()
        .map(|line| Line::from(Span::raw(format!(" {line}"))))
        .collect()
}

fn fact(name: &'static str, value: String) -> Line<'static> {
    Line::from(vec![
        span(format!(" {} ", fit(name, 7, Align::Left)), theme::QUIET),
        Span::raw(value),
    ])
}
