//! The top: which cluster, whether it is a demo, the clock; the verdict; the voters; in a demo
//! what its clients count.

use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};
use zoowarden_shared::admin::{
    Role,
    verdict::{Presence, Verdict},
};

use super::{drill, gate, put, span, theme, way};
use crate::{
    model::{
        Model,
        clock::{age, date_and_time, time_of_day},
        crowd::Cost,
        happening::seconds,
        layout::is_tall,
        member::{State, Vote},
        naming::who,
        next_step::{Weighed, next_step},
        rows::{VERDICT_INDENT, verdict_lines},
        session::Link,
        ui::Screen,
        verdict::presence,
        zones::{in_short, losses},
    },
    text::{Align, clean, count, cut, fit, many, width},
};

/// Without an acknowledged write for so long the demo's writes stand still.
const STALLED_US: u64 = 500_000;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let mut lines = vec![title(model, columns)];
    let (mark, word, style) = theme::judged(model);
    for (number, sentence) in verdict_lines(model).into_iter().enumerate() {
        let lead = if number == 0 {
            format!(" {mark} {word}")
        } else {
            String::new()
        };
        let used = VERDICT_INDENT + width(&sentence);
        let mut spans = vec![
            span(fit(&lead, VERDICT_INDENT, Align::Left), style),
            span(sentence, Style::new()),
        ];
        if number == 0 {
            spans.extend(to_next_step(model, columns.saturating_sub(used)));
        }
        lines.push(Line::from(spans));
    }
    if is_tall((area.width, model.ui.window.1)) {
        lines.push(voters(model, columns));
        lines.extend(model.crowd.map(|cost| crowd(&cost, columns)));
    }
    if let Some(drill) = &model.drill {
        lines.push(drill::line(model, drill, columns));
    }
    put(frame, area, lines);
}

/// At the right end, where there is room: that there is something to be done, and its key.
fn to_next_step(model: &Model, room: usize) -> Option<Span<'static>> {
    let text = "0 next step ";
    let is_calm = || next_step(model).is_none_or(|step| step.weighed == Weighed::Quiet);
    if model.ui.screen == Screen::Recover || room < text.len() + 3 || is_calm() {
        return None;
    }
    Some(span(fit(text, room, Align::Right), theme::STRONG))
}

/// ` ZOOWARDEN  prod-eu/orders  [PROD]         READ-ONLY  14:02:37 UTC`
fn title(model: &Model, columns: usize) -> Line<'static> {
    let cluster = &model.cluster;
    let colour = cluster.colour.as_deref().and_then(theme::colour);
    let name_style = colour.map_or(theme::STRONG, |colour| theme::STRONG.fg(colour));
    let held = held(model);
    let (armed, armed_style) = gate::armed(model, columns);
    let clock = match &model.replay {
        // It may be of any day.
        Some(_) => format!("  {} UTC ", date_and_time(model.now.wall_ms)),
        None => format!("  {} UTC ", time_of_day(model.now.wall_ms)),
    };
    let right = format!("{held}{armed}{clock}");
    let mut left = vec![span(" ZOOWARDEN  ", theme::STRONG)];
    if cluster.demo {
        let demo = theme::WARN.add_modifier(Modifier::BOLD | Modifier::REVERSED);
        left.push(span(" DEMO ", demo));
        left.push(span("  ", Style::new()));
    }
    if model.replay.is_some() {
        let replay = theme::WARN.add_modifier(Modifier::BOLD | Modifier::REVERSED);
        left.push(span(" REPLAY ", replay));
        left.push(span("  ", Style::new()));
    }
    let used: usize = left.iter().map(|part| width(&part.content)).sum();
    let room = columns.saturating_sub(used + width(&right) + 1);
    let tag = cluster
        .tag
        .as_ref()
        .map_or(String::new(), |tag| format!("[{}]", clean(tag)));
    let gap = if tag.is_empty() { "" } else { "  " };
    let tag_width = width(&tag) + gap.len();
    let name = cut(&clean(&cluster.name), room.saturating_sub(tag_width));
    let way = way::in_header(model);
    let way_width: usize = way.iter().map(|part| width(&part.content)).sum();
    let way_room = room.saturating_sub(width(&name) + tag_width);
    left.push(span(name, name_style));
    left.push(span(gap, Style::new()));
    left.push(span(tag, name_style.add_modifier(Modifier::REVERSED)));
    if way_width <= way_room {
        left.extend(way);
    }
    let used: usize = left.iter().map(|part| width(&part.content)).sum();
    let here = others(model, columns.saturating_sub(used + width(&right) + 1));
    let others_width: usize = here.iter().map(|part| width(&part.content)).sum();
    left.extend(here);
    let note_room = way_room.saturating_sub(way_width + others_width + 3);
    let (note, note_style) = match model.elsewhere.as_slice() {
        [] => (cluster.note.clone(), theme::QUIET),
        [one] => {
            let text = format!("trouble on {}, :clusters", clean(one));
            (Some(text), theme::WARN)
        }
        many => {
            let text = format!("trouble on {} others, :clusters", many.len());
            (Some(text), theme::WARN)
        }
    };
    let note = note.filter(|note| width(note) <= note_room);
    left.push(span(
        note.map_or(String::new(), |note| format!("   {note}")),
        note_style,
    ));
    let used: usize = left.iter().map(|part| width(&part.content)).sum();
    left.push(Span::raw(
        " ".repeat(columns.saturating_sub(used + width(&right))),
    ));
    left.push(span(held, Style::new()));
    left.push(span(armed, armed_style));
    left.push(span(clock, Style::new()));
    Line::from(left)
}

/// `   2 here: you, ann@desk 14 m`: other consoles on this cluster, and what gate they have open.
/// Where there is no room for all, only how many there are.
fn others(model: &Model, room: usize) -> Vec<Span<'static>> {
    let here = model.others.here(model.now);
    if here.is_empty() {
        return Vec::new();
    }
    let count = here.len() + 1;
    let mut named = vec![span(format!("   {count} here: you"), Style::new())];
    for one in &here {
        let who = cut(&clean(&one.who), 24);
        named.push(span(format!(", {who} {}", age(one.for_ms)), Style::new()));
        if let Some(gate) = &one.gate {
            let gate = cut(&clean(gate), 20);
            named.push(span(format!(" at the gate of {gate}"), theme::WARN));
        }
    }
    let needed: usize = named.iter().map(|part| width(&part.content)).sum();
    if needed <= room {
        return named;
    }
    let style = match here.iter().any(|one| one.gate.is_some()) {
        true => theme::WARN,
        false => Style::new(),
    };
    let short = format!("   {count} here");
    Vec::from_iter((width(&short) <= room).then(|| span(short, style)))
}

/// What of the picture is not as usual: it is held, it is veiled, nothing is told of it.
fn held(model: &Model) -> String {
    let mut marks = String::new();
    if let Some(work) = model.alarms.maintenance() {
        let left = age(work.until_mono_ms.saturating_sub(model.now.mono_ms));
        let ticket = if work.ticket.is_empty() {
            String::new()
        } else {
            format!(" {}", cut(&clean(&work.ticket), 16))
        };
        let scope = clean(&work.scope.shown());
        marks.push_str(&format!("MAINTENANCE {scope} {left}{ticket}  "));
    }
    if model.ui.hides {
        marks.push_str("HIDDEN  ");
    }
    if let Some(frozen) = &model.frozen {
        let ago = age(model.now.mono_ms.saturating_sub(frozen.now.mono_ms));
        marks.push_str(&format!("FROZEN {ago} ago  "));
    }
    marks
}

/// ` voters ■ ■ □   2 of 3, need 2   degraded for 12 s   survives 0 more   leader 2 zk2:2181 ...`
fn voters(model: &Model, columns: usize) -> Line<'static> {
    let parts = [
        squares(model),
        since(model),
        margin(model),
        leader(model),
        epoch(model),
        in_sync(model),
        session(model),
    ];
    in_a_line(parts, columns)
}

/// ` clients 38   writes 12,345, 0 lost, 2 unanswered   longest gap 0.118 s ...`
fn crowd(cost: &Cost, columns: usize) -> Line<'static> {
    let troubled = |n: u64| if n > 0 { theme::WARN } else { Style::new() };
    let connected = if cost.connected == cost.clients {
        count(cost.clients as u64)
    } else {
        format!("{} of {}", cost.connected, cost.clients)
    };
    let writes = if cost.gap_us < STALLED_US {
        vec![
            span("writes ", theme::QUIET),
            span(count(cost.acknowledged), Style::new()),
        ]
    } else {
        let gap = format!("no write for {}", seconds(cost.gap_us));
        vec![span(gap, theme::BAD)]
    };
    let mut counts = writes;
    if cost.lost > 0 {
        let lost = format!(", {} LOST", count(cost.lost));
        counts.push(span(lost, theme::BAD));
    } else {
        counts.push(span(", 0 lost", Style::new()));
    }
    for (n, what) in [(cost.refused, "refused"), (cost.unknown, "unanswered")] {
        if n > 0 {
            counts.push(span(format!(", {} {what}", count(n)), theme::WARN));
        }
    }
    let lost = format!("{} lost", many(cost.sessions_lost, "session", "sessions"));
    let gap = |what, us| vec![span(what, theme::QUIET), span(seconds(us), Style::new())];
    let parts = [
        vec![
            span("clients ", theme::QUIET),
            span(connected, Style::new()),
        ],
        counts,
        gap("longest gap ", cost.longest_gap_us),
        vec![span(lost, troubled(cost.sessions_lost))],
        cost.last_fault
            .map_or_else(Vec::new, |fault| gap("last fault ", fault.longest_gap_us)),
    ];
    in_a_line(parts, columns)
}

/// Parts side by side; those that do not fit are left out whole, the last first.
fn in_a_line<const N: usize>(parts: [Vec<Span<'static>>; N], columns: usize) -> Line<'static> {
    let mut spans = Vec::new();
    let mut used = 0;
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        let gap = if used == 0 { " " } else { "   " };
        let needed: usize = part.iter().map(|span| width(&span.content)).sum();
        if used + gap.len() + needed > columns {
            break;
        }
        used += gap.len() + needed;
        spans.push(Span::raw(gap));
        spans.extend(part);
    }
    Line::from(spans)
}

fn squares(model: &Model) -> Vec<Span<'static>> {
    let judgement = &model.verdict;
    let mut spans = vec![span("voters ", theme::QUIET)];
    let mut observers = 0;
    let mut outsiders = 0;
    for member in &model.members {
        if member.vote == Vote::Outside {
            outsiders += 1;
            continue;
        }
        let observes = member.vote == Vote::Observer
            || (member.vote == Vote::Unknown && member.facts.role == Some(Role::Observer));
        if observes {
            observers += 1;
            continue;
        }
        let state = member.state(model.now);
        let (mark, style) = match presence(model, member) {
            // What it said before the leader's end stands until it is asked again.
            Presence::Serving | Presence::Unknown if state == State::Serving => ("■ ", theme::GOOD),
            Presence::Silent => ("□ ", theme::BAD),
            Presence::Shut | Presence::Unknown if state != State::ReadOnly => ("? ", theme::WARN),
            _ => ("▲ ", theme::WARN),
        };
        spans.push(span(mark, style));
    }
    if judgement.voters > 1 {
        let need = judgement.voters / 2 + 1;
        let serving = judgement.voters_serving;
        spans.push(span(
            format!(" {serving} of {}, need {need}", judgement.voters),
            Style::new(),
        ));
    }
    if observers > 0 {
        spans.push(span(format!("  +{observers} without a vote"), Style::new()));
    }
    if outsiders > 0 {
        let plural = if outsiders == 1 { "" } else { "s" };
        spans.push(span(
            format!("  +{outsiders} no member{plural}"),
            theme::WARN,
        ));
    }
    spans
}

fn since(model: &Model) -> Vec<Span<'static>> {
    let ms = model
        .now
        .mono_ms
        .saturating_sub(model.verdict_since_mono_ms);
    let (_, word, _) = theme::verdict(model.verdict.verdict);
    vec![
        span(format!("{} for ", word.to_lowercase()), theme::QUIET),
        span(age(ms), Style::new()),
    ]
}

/// How many more may be lost; said only where enough is known to say it.
fn margin(model: &Model) -> Vec<Span<'static>> {
    let judgement = &model.verdict;
    let known = matches!(judgement.verdict, Verdict::Healthy | Verdict::Degraded);
    match judgement
        .survives
        .filter(|_| known && model.leader().is_some())
    {
        Some(_) if judgement.voters_serving < judgement.voters / 2 + 1 => {
            vec![span("too few for a write", theme::BAD)]
        }
        Some(survives) => {
            let zones = in_short(&losses(model)).unwrap_or_default();
            let style = match survives {
                0 => theme::WARN,
                _ => Style::new(),
            };
            let is_bad = zones.starts_with(", no");
            let mut spans = vec![span(format!("survives {survives} more"), style)];
            let zones_style = if is_bad { theme::WARN } else { style };
            spans.extend((!zones.is_empty()).then(|| span(clean(&zones), zones_style)));
            spans
        }
        None => Vec::new(),
    }
}

fn leader(model: &Model) -> Vec<Span<'static>> {
    let Some(leader) = model.leader() else {
        return vec![
            span("leader ", theme::QUIET),
            span("none seen", theme::WARN),
        ];
    };
    let what = if leader.facts.role == Some(Role::Standalone) {
        "standalone "
    } else {
        "leader "
    };
    let name = clean(&who(model, leader));
    vec![span(what, theme::QUIET), span(name, theme::STRONG)]
}

fn epoch(model: &Model) -> Vec<Span<'static>> {
    let epoch = model.leader().and_then(|leader| leader.facts.epoch());
    epoch.map_or_else(Vec::new, |epoch| {
        vec![span(format!("epoch {epoch}"), Style::new())]
    })
}

/// How many followers the leader says are in sync, where it says so.
fn in_sync(model: &Model) -> Vec<Span<'static>> {
    let leader = model.leader().filter(|leader| !leader.is_stale(model.now));
    let learners = leader.and_then(|leader| leader.facts.learners);
    match learners.and_then(|learners| learners.synced_followers) {
        Some(synced) => vec![span(format!("{synced} in sync"), Style::new())],
        None => Vec::new(),
    }
}

/// Our own session: its ping is the latency that a client sees now.
fn session(model: &Model) -> Vec<Span<'static>> {
    let state = match (&model.session.link, model.session.ping_us()) {
        (Link::Connected { .. }, Some(us)) => span(format!("{} ms", ms(us)), Style::new()),
        (Link::Connected { .. }, None) => span("open", Style::new()),
        (Link::Connecting, _) => span("connecting", theme::WARN),
        (Link::Lost { .. }, _) => span("lost", theme::WARN),
    };
    vec![span("our session ", theme::QUIET), state]
}

/// Microseconds as milliseconds with one decimal, two below 1 ms.
pub(super) fn ms(us: u64) -> String {
    let ms = us as f64 / 1000.0;
    if ms < 1.0 {
        format!("{ms:.2}")
    } else {
        format!("{ms:.1}")
    }
}
