//! The selected znode: its stat and ACL, and its data as JSON, text or hex. What is too long for
//! a line goes on in the next one; what is too much for the window is scrolled to.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use zoowarden_shared::{SessionId, acl::Acl, stat::Stat};

use super::{
    data::{self, Drawn},
    heading,
    members::shown_zxid,
    put, span, theme, under_name,
};
use crate::{
    model::{
        Model, clock::date_and_time, tree::Znode, ui::Pane, wanted::LARGE_DATA,
        znode::acl_text::letters,
    },
    text::{clean, count, many, width, wrap},
};

/// Columns of a fact's name.
const NAME: usize = 7;
/// Between two parts of one.
const GAP: &str = "  ";
/// Columns of the heading that are not the path's.
const HEADING: usize = 7;

pub(super) fn draw(model: &Model, path: &str, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let mut title = vec![span(clean(path), theme::STRONG)];
    if model.ui.pane == Pane::Detail {
        title.push(span("  *", theme::STRONG));
    }
    let mut lines = vec![heading(area.width, title)];
    let blank = Znode::default();
    let node = model.tree.nodes.get(path).unwrap_or(&blank);
    let mut body = path_lines(path, columns);
    match (&node.stat.value, &node.stat.error) {
        (Some(stat), _) => body.extend(stat_lines(stat, node, columns)),
        (None, Some(error)) => body.extend(warned(error, columns)),
        (None, None) => body.push(Line::from(span(
            format!(" {}", model.awaited("not read yet")),
            theme::QUIET,
        ))),
    }
    body.extend(acl_lines(model, node, columns));
    body.extend(quota_lines(node, path, columns));
    let bytes = node.data.value.as_ref();
    let drawn = bytes.map(|bytes| data::drawn(model.tree.form, bytes, columns.saturating_sub(1)));
    body.push(data_title(model, node, drawn.as_ref(), area.width));
    body.extend(data_lines(model, node, drawn, columns));
    let room = usize::from(area.height).saturating_sub(lines.len());
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

/// The whole path, where the heading has no room for it.
fn path_lines(path: &str, columns: usize) -> Vec<Line<'static>> {
    let path = clean(path);
    if width(&path) + HEADING <= columns {
        return Vec::new();
    }
    fact("path", &[path], columns, data::broken)
}

fn stat_lines(stat: &Stat, node: &Znode, columns: usize) -> Vec<Line<'static>> {
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
    let children = u64::try_from(stat.num_children).unwrap_or(0);
    let mut children = many(children, "child", "children");
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
    let facts = [
        ("kind", vec![owner, children]),
        ("created", vec![when(stat.ctime), shown_zxid(stat.czxid)]),
        (
            "set",
            vec![
                when(stat.mtime),
                shown_zxid(stat.mzxid),
                format!("version {}", stat.version),
            ],
        ),
        (
            "family",
            vec![
                shown_zxid(stat.pzxid),
                format!("cversion {}", stat.cversion),
                format!("aversion {}", stat.aversion),
            ],
        ),
    ];
    let lines = facts.into_iter();
    lines
        .flat_map(|(name, parts)| fact(name, &parts, columns, wrap))
        .collect()
}

/// Of the root and of what every ensemble has from its first start nobody has told a time.
fn when(wall_ms: i64) -> String {
    match wall_ms {
        0 => "at the first start".to_owned(),
        _ => date_and_time(wall_ms),
    }
}

fn acl_lines(model: &Model, node: &Znode, columns: usize) -> Vec<Line<'static>> {
    let entries = match (&node.acl.value, &node.acl.error) {
        (Some(_), _) if model.ui.hides => vec!["hidden".to_owned()],
        (Some(acl), _) => acl.iter().map(acl_entry).collect(),
        (None, Some(error)) => vec![clean(error)],
        (None, None) => vec![model.awaited("not read yet").to_owned()],
    };
    fact("acl", &entries, columns, data::broken)
}

/// The quota that holds for it; nothing where a znode can have none.
fn quota_lines(node: &Znode, path: &str, columns: usize) -> Vec<Line<'static>> {
    let (text, style) = match (&node.quota.value, &node.quota.error) {
        (Some(Some(seen)), _) if seen.is_exceeded() => {
            let text = format!("▲ exceeded: {}", clean(&seen.sentence(path)));
            (text, theme::WARN)
        }
        (Some(Some(seen)), _) => (clean(&seen.sentence(path)), Style::new()),
        (Some(None), _) => ("none".to_owned(), Style::new()),
        (None, Some(error)) => (clean(error), Style::new()),
        (None, None) => return Vec::new(),
    };
    let lines = fact("quota", &[text], columns, wrap).into_iter();
    lines.map(|line| line.patch_style(style)).collect()
}

/// `world:anyone cdrwa`, as zkCli writes permissions.
fn acl_entry(acl: &Acl) -> String {
    let given = letters(acl.perms);
    format!("{}:{} {given}", clean(&acl.id.scheme), clean(&acl.id.id))
}

fn data_title(model: &Model, node: &Znode, drawn: Option<&Drawn>, columns: u16) -> Line<'static> {
    let size = node.stat.value.map(|stat| stat.data_length);
    let size = size.map(|size| count(u64::try_from(size).unwrap_or(0)));
    let size = size.unwrap_or("?".to_owned());
    let form = drawn.map_or(model.tree.form, |drawn| drawn.form).shown();
    heading(
        columns,
        vec![
            span(format!("data   {size} bytes   as {form}"), Style::new()),
            span("   v", theme::STRONG),
            span(" as another", theme::QUIET),
        ],
    )
}

fn data_lines(
    model: &Model,
    node: &Znode,
    drawn: Option<Drawn>,
    columns: usize,
) -> Vec<Line<'static>> {
    if model.ui.hides {
        return vec![Line::from(span(" hidden: p shows it", theme::QUIET))];
    }
    if let Some(error) = &node.data.error {
        return warned(error, columns);
    }
    let Some(drawn) = drawn else {
        let large = node
            .stat
            .value
            .is_some_and(|stat| stat.data_length > LARGE_DATA);
        let text = if large {
            "not read: above 1 MiB"
        } else {
            "not read yet"
        };
        let text = format!(" {}", model.awaited(text));
        return vec![Line::from(span(text, theme::QUIET))];
    };
    let mut lines = Vec::new();
    if let Some(why) = drawn.why {
        lines.extend(warned(&format!("not as JSON: {why}"), columns));
    }
    // Above it for who begins to read, and below it for who has scrolled there.
    let cut = drawn.cut.map(|cut| warned(&cut, columns));
    lines.extend(cut.clone().unwrap_or_default());
    let data = drawn.lines.into_iter();
    lines.extend(data.map(|line| Line::from(Span::raw(format!(" {line}")))));
    lines.extend(cut.unwrap_or_default());
    lines
}

fn warned(error: &str, columns: usize) -> Vec<Line<'static>> {
    let lines = wrap(&clean(error), columns.saturating_sub(1)).into_iter();
    lines
        .map(|line| Line::from(span(format!(" {line}"), theme::WARN)))
        .collect()
}

/// A name and as many of its parts a line as fit; one that is too long itself is broken.
fn fact(
    name: &'static str,
    parts: &[String],
    columns: usize,
    broken: fn(&str, usize) -> Vec<String>,
) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(NAME + 2).max(1);
    let mut texts: Vec<String> = Vec::new();
    for part in parts {
        match texts.last_mut() {
            Some(last) if width(last) + GAP.len() + width(part) <= room => {
                last.push_str(GAP);
                last.push_str(part);
            }
            _ => texts.extend(broken(part, room)),
        }
    }
    under_name(name, NAME, texts)
}
