//! `y`: what is chosen, as JSON.

use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use super::Sheet;
use crate::{
    action::Verdict,
    json,
    model::{
        Model,
        alarm::Alarm,
        happening::Happening,
        links::Link,
        member::Member,
        metrics::Metric,
        rows::{self, recover::Row},
        sessions::SessionRow,
        tree::Znode,
        ui::Screen,
        watches::{self, WatchRow},
    },
};

/// Entries of a list in one value; how many there are stands beside it.
const MOST_LISTED: usize = 1000;
/// Bytes of a znode's data; above it only the size is told, and why.
const MOST_DATA: usize = 64 * 1024;

/// A znode. Its data stand as they are, where they are JSON: a value of them would have other
/// digits, and one of two equal keys.
#[derive(Serialize)]
struct ShownZnode<'a> {
    acl: Option<Vec<Value>>,
    data: Option<Data<'a>>,
    path: &'a str,
    stat: Option<Value>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Json(&'a RawValue),
    Other(Value),
}

/// The page.
pub(super) fn sheet(model: &Model) -> Sheet {
    let (title, text) =
        chosen(model).unwrap_or(("nothing is chosen".to_owned(), "null".to_owned()));
    let mut sheet = Sheet::new(format!("JSON: {title}"));
    for line in json::indented(&text).0.lines() {
        sheet.plain(line);
    }
    sheet
}

/// Its name and its JSON.
fn chosen(model: &Model) -> Option<(String, String)> {
    let names = rows::names(model);
    let at = rows::selected_index(model.ui.list(), &names, String::as_str);
    let name = names.get(at)?.clone();
    let value = match model.ui.screen {
        Screen::Overview | Screen::Members => member(model, model.member(&name)?),
        Screen::Links => link(rows::links::listed(model).get(at)?),
        Screen::Timeline => happening(rows::timeline::listed(model).get(at)?.1),
        Screen::Sessions => session(model, rows::sessions(model).get(at)?),
        Screen::Watches => watch(model, &rows::watches::selected(model)?),
        Screen::Znodes => {
            let text = znode(model, &name, model.tree.nodes.get(&name)?);
            return Some((name, text));
        }
        Screen::Metrics => metric(model, &rows::metrics::selected(model)?),
        Screen::Alarms => match rows::alarms::selected(model) {
            Some(found) => alarm(found),
            None => json!({ "rule": name }),
        },
        Screen::Recover => step(&rows::recover::selected(model)?),
    };
    Some((name, value.to_string()))
}

fn step(row: &Row) -> Value {
    let opens = match &row.verdict {
        Verdict::Unavailable { opens, .. } => opens.as_deref(),
        _ => None,
    };
    json!({
        "step": row.what,
        "command_line": row.action.as_ref().map(|action| action.command_line().join(" ")),
        "verdict": row.verdict.word(),
        "sentence": row.sentence,
        "opened_by": opens,
    })
}

fn member(model: &Model, member: &Member) -> Value {
    let closed = member.closed.iter();
    json!({
        "address": member.address,
        "id": member.sid.map(|sid| sid.0),
        "state": format!("{:?}", member.state(model.now)),
        "vote": format!("{:?}", member.vote),
        "port_guessed": member.port_guessed,
        "silent_ms": member.silence_ms(model.now),
        "round_trip_us": member.round_trips_us.back(),
        "usual_round_trip_us": member.usual_round_trip_us(),
        "told_by": member.via.map(crate::model::probe::Via::shown),
        "facts": member.facts,
        "heartbeat": member.pulse.as_ref().map(|pulse| &pulse.beat),
        "closed": closed.map(|closed| json!({ "what": closed.what, "line": closed.line }))
            .collect::<Vec<_>>(),
    })
}

fn link(link: &Link) -> Value {
    json!({
        "link": link.key(),
        "state": link.state.word(),
        "round_trip_us": link.rtt_us,
        "heard_ms_ago": link.heard_ms_ago,
        "behind": link.behind,
        "measured_by": link.measured_by.shown(),
        "why": link.why,
    })
}

fn happening(happening: &Happening) -> Value {
    json!({
        "at": crate::model::clock::date_and_time(happening.at.wall_ms),
        "kind": happening.what.kind(),
        "sentence": happening.what.sentence(),
    })
}

fn session(model: &Model, row: &SessionRow) -> Value {
    let ephemerals = model.sessions.ephemerals_of(row.id);
    json!({
        "id": row.id.to_string(),
        "client": row.client,
        "member": row.member,
        "timeout_ms": row.timeout_ms,
        "last_op": row.last_op,
        "queued": row.queued,
        "ephemerals": row.ephemerals,
        "ephemeral_paths": ephemerals.map(|paths| &paths[..paths.len().min(MOST_LISTED)]),
    })
}

fn watch(model: &Model, row: &WatchRow) -> Value {
    let others = watches::others(model, row).into_iter().take(MOST_LISTED);
    let key = if row.session.is_some() {
        "path"
    } else {
        "session"
    };
    json!({
        "name": row.name,
        "watches": row.watches,
        "members": row.members,
        "by": others.map(|(other, member)| json!({ key: other, "member": member }))
            .collect::<Vec<_>>(),
    })
}

fn znode(model: &Model, path: &str, node: &Znode) -> String {
    let stat = node.stat.value.map(|stat| {
        json!({
            "czxid": stat.czxid.to_string(),
            "mzxid": stat.mzxid.to_string(),
            "pzxid": stat.pzxid.to_string(),
            "ctime": stat.ctime,
            "mtime": stat.mtime,
            "version": stat.version,
            "cversion": stat.cversion,
            "aversion": stat.aversion,
            "ephemeral_owner": format!("{:#x}", stat.ephemeral_owner),
            "data_length": stat.data_length,
            "num_children": stat.num_children,
        })
    });
    let data = node.data.value.as_ref().map(|data| {
        let text = String::from_utf8_lossy(data);
        match serde_json::from_slice(data) {
            _ if model.ui.hides => Data::Other(json!("hidden")),
            _ if data.len() > MOST_DATA => {
                Data::Other(json!({ "bytes": data.len(), "not_shown": "above 64 KiB" }))
            }
            Ok(json) => Data::Json(json),
            Err(_) => Data::Other(Value::String(text.into_owned())),
        }
    });
    let acl = node.acl.value.as_ref().map(|acl| {
        let entry = |acl: &zoowarden_shared::acl::Acl| {
            let id = if model.ui.hides { "hidden" } else { &acl.id.id };
            json!({ "scheme": acl.id.scheme, "id": id, "perms": acl.perms })
        };
        acl.iter().map(entry).collect::<Vec<_>>()
    });
    let shown = ShownZnode {
        acl,
        data,
        path,
        stat,
    };
    // Cannot fail: the keys are strings.
    serde_json::to_string(&shown).unwrap_or_default()
}

fn metric(model: &Model, metric: &Metric) -> Value {
    let members = model.members.iter().map(|member| {
        let points = model.metrics.series(&member.address, &metric.name);
        let ago = |at: u64| model.now.mono_ms.saturating_sub(at);
        let points: Vec<Value> = points
            .into_iter()
            .map(|(at, value)| json!([ago(at), value]))
            .collect();
        json!({ "member": member.address, "ms_ago_and_value": points })
    });
    json!({
        "metric": metric.name,
        "unit": if metric.is_counter { "per second" } else { "as told" },
        "members": members.collect::<Vec<_>>(),
    })
}

fn alarm(alarm: &Alarm) -> Value {
    let finding = &alarm.finding;
    json!({
        "key": alarm.key,
        "rule": finding.rule,
        "subject": finding.subject.key(),
        "urgency": format!("{:?}", finding.urgency),
        "title": finding.title,
        "sentence": finding.sentence,
        "why": finding.why,
        "suggested": finding.suggestion.words,
        "began": crate::model::clock::date_and_time(alarm.began.wall_ms),
        "flapping": alarm.is_flapping,
        "acknowledged_by": alarm.acknowledged.as_ref().map(|seen| &seen.by),
        "ended": alarm.ended.map(|(at, _)| crate::model::clock::date_and_time(at.wall_ms)),
    })
}
