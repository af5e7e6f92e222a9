//! Below the members: all that is known of the selected one, how it is known, and which lines
//! of its zoo.cfg would tell more.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{
    beats, header::ms, heading, members::shown_zxid, printed, put, span, theme, under_name, way,
};
use crate::{
    model::{
        Model,
        clock::{age, date_and_time},
        links::severed_ms,
        member::{Member, State},
        probe::Fault,
        pulse::Pulse,
        zones::losses,
    },
    text::{clean, count, cut, many, width, wrap},
};

/// Columns of a fact's name.
const NAME: usize = 11;

pub(super) fn draw(model: &Model, member: &Member, frame: &mut Frame<'_>, area: Rect) {
    let sid = member.sid.map_or(String::new(), |sid| format!("{sid}  "));
    let version = member
        .facts
        .version
        .as_deref()
        .map_or(String::new(), |v| format!("   {v}"));
    let title = vec![
        span(format!("{sid}{}", clean(&member.address)), theme::STRONG),
        span(clean(&version), Style::new()),
    ];
    let columns = usize::from(area.width);
    let mut body = state(model, member, columns);
    body.extend(last_words(model, member, columns));
    body.extend(facts(model, member, columns));
    body.extend(closed(member, columns));
    if columns >= 80 {
        let legend = if member.pulse.is_some() {
            beats::LEGEND_OF_OURS
        } else {
            beats::LEGEND
        };
        body.push(Line::default());
        body.push(Line::from(span(format!(" {legend}"), theme::QUIET)));
    }
    let room = usize::from(area.height).saturating_sub(1);
    let printed = printed::pane(model, member, area.width, body.len(), room);
    let room = room.saturating_sub(printed.len());
    let from = model.ui.scroll.min(body.len().saturating_sub(room));
    let mut lines = vec![heading(area.width, title)];
    lines.extend(body.into_iter().skip(from).take(room));
    lines.extend(printed);
    put(frame, area, lines);
}

/// What is wrong with it, or uncertain about it, in a sentence.
fn state(model: &Model, member: &Member, columns: usize) -> Vec<Line<'static>> {
    let now = model.now;
    let since = age(now.mono_ms.saturating_sub(member.state_since_mono_ms));
    let picture = match (member.facts_mono_ms, &member.remembered) {
        (Some(at), _) => {
            format!(
                " What is shown was told {} ago.",
                age(now.mono_ms.saturating_sub(at))
            )
        }
        (None, Some(was)) => {
            let role = was
                .role
                .map_or(String::new(), |role| format!(", as {role}"));
            let seen = date_and_time(was.seen_wall_ms);
            format!(" An earlier console last saw it at {seen} UTC{role}.")
        }
        (None, None) => String::new(),
    };
    let (text, style) = match member.state(now) {
        State::Serving => match severed_ms(model, member) {
            None => return guessed(member, columns),
            Some(ms) => (
                format!(
                    "It answers here, and nothing passes between it and its leader, for {}: what \
                     it tells and serves may be old.",
                    age(ms)
                ),
                theme::WARN,
            ),
        },
        State::Asking => (format!("Asked, no answer yet.{picture}"), theme::QUIET),
        State::ReadOnly => (
            "Read-only: it has lost its quorum and serves reads that may be old.".to_owned(),
            theme::WARN,
        ),
        State::NotServing => (
            format!(
                "Alive, not serving, for {since}: it has no quorum, or has not joined one \
                 yet.{picture}"
            ),
            theme::WARN,
        ),
        State::Shut => (
            "Alive, and every word is closed to us: it tells neither role nor zxid.".to_owned(),
            theme::WARN,
        ),
        State::Unaddressed => (
            format!(
                "{}. Its configuration names no client address: add ;CLIENTPORT to its server \
                 line, or give its address to --connect.",
                capital(member.why_unaddressed())
            ),
            theme::WARN,
        ),
        State::Silent(fault) => {
            let why = match &fault {
                Fault::Refused => {
                    "Refused: the host is there, nobody listens on that port".to_owned()
                }
                Fault::Timeout => "No answer in time: it hangs, or the way to it is cut".to_owned(),
                Fault::Hangs => {
                    "It takes connections and says nothing: its process hangs".to_owned()
                }
                Fault::NoSuchHost => "No such host: its name resolves to no address".to_owned(),
                Fault::HungUp => "It takes the connection and hangs up".to_owned(),
                Fault::Other(why) => capital(&clean(why)),
                Fault::Garbled(what) => format!("No ZooKeeper's answer: {}", clean(what)),
            };
            (format!("{why}; for {since}.{picture}"), theme::BAD)
        }
    };
    let mut lines = wrapped(&text, columns, style);
    lines.extend(guessed(member, columns));
    lines
}

/// In a demo: how its process ended, and the end of its log.
fn last_words(model: &Model, member: &Member, columns: usize) -> Vec<Line<'static>> {
    let end = model.ended.get(&member.address);
    let Some(end) = end.filter(|_| member.is_stale(model.now)) else {
        return Vec::new();
    };
    let text = format!(
        "Its process {} has ended, {}. Its last words:",
        end.pid,
        clean(&end.how)
    );
    let mut lines = wrapped(&text, columns, theme::BAD);
    // The very last ones say why, often at their end.
    if let Some((last, before)) = end.last_words.split_last() {
        for words in before {
            let text = cut(&clean(words), columns.saturating_sub(3));
            lines.push(Line::from(span(format!("   {text}"), theme::QUIET)));
        }
        for text in wrap(&clean(last), columns.saturating_sub(3)) {
            lines.push(Line::from(span(format!("   {text}"), theme::QUIET)));
        }
    }
    if let Some(told) = model.supervised.get(&member.address) {
        let text = format!("Its supervisor: {}.", clean(&told.said));
        lines.extend(wrapped(&text, columns, theme::WARN));
    }
    lines
}

fn guessed(member: &Member, columns: usize) -> Vec<Line<'static>> {
    if !member.port_guessed {
        return Vec::new();
    }
    let text = "~ The client port is a guess: the configuration names none, the port of an \
                address that answers is assumed here.";
    wrapped(text, columns, theme::QUIET)
}

fn facts(model: &Model, member: &Member, columns: usize) -> Vec<Line<'static>> {
    let fact = |name, value| fact(name, value, columns);
    let facts = &member.facts;
    let mut lines = Vec::new();
    if let Some(zone) = model.cluster.zones.of(member.sid) {
        let losses = losses(model);
        let loss = losses.iter().find(|loss| loss.zone == zone);
        let text = loss.map_or_else(
            || zone.to_owned(),
            |loss| loss.sentence(model.verdict.voters),
        );
        lines.extend(fact("zone", clean(&text)));
    }
    if let (Some(via), Some(at)) = (member.via, member.facts_mono_ms) {
        let told = age(model.now.mono_ms.saturating_sub(at));
        let pace = age(member.interval_ms);
        lines.extend(fact(
            "told by",
            format!("{}, {told} ago; asked every {pace}", via.shown()),
        ));
    }
    let shown = member.certificate.as_ref();
    if let Some((text, style)) = way::certificates(&model.cluster.way, shown, model.now.wall_ms) {
        lines.extend(fact("TLS", text).into_iter().map(|line| line.style(style)));
    }
    if member.heard_mono_ms.is_some() {
        let silent = age(member.silence_ms(model.now));
        let usual = age(member.usual_silence_ms());
        lines.extend(fact("silent", format!("{silent}, normally {usual}")));
    }
    lines.extend(
        member
            .pulse
            .iter()
            .flat_map(|pulse| fact("heartbeat", heartbeat(pulse))),
    );
    if let Some(zxid) = facts.zxid {
        let meaning = format!(
            "{} = epoch {}, transaction {}",
            shown_zxid(zxid),
            zxid.epoch(),
            count(u64::from(zxid.counter()))
        );
        let rate = member
            .zxids
            .per_second()
            .filter(|_| !member.is_stale(model.now))
            .map_or(String::new(), |r| format!("; {r:.0} writes/s"));
        lines.extend(fact("zxid", meaning + &rate));
    }
    let order = model.carriers.order();
    let carries = order
        .zip(member.sid)
        .and_then(|(order, sid)| order.costs(sid));
    lines.extend(carries.into_iter().flat_map(|text| fact("writes", text)));
    if let (Some(now_us), Some(usual)) =
        (member.round_trips_us.back(), member.usual_round_trip_us())
    {
        let worst = member.round_trips_us.iter().max().copied().unwrap_or(0);
        lines.extend(fact(
            "answers in",
            format!(
                "{} ms; usually {}, at most {} in the last {} polls (our own round trips)",
                ms(*now_us),
                ms(usual),
                ms(worst),
                member.round_trips_us.len()
            ),
        ));
    }
    let known = |parts: &[(Option<i64>, &str, &str)]| {
        let told = parts.iter().filter_map(|(fact, one, more)| {
            Some(many(u64::try_from((*fact)?).unwrap_or(0), one, more))
        });
        told.collect::<Vec<_>>().join(", ")
    };
    let clients = known(&[
        (facts.connections, "connection", "connections"),
        (facts.outstanding, "request waiting", "requests waiting"),
        (facts.watches, "watch", "watches"),
    ]);
    let tree = known(&[
        (facts.znodes, "znode", "znodes"),
        (facts.ephemerals, "ephemeral", "ephemerals"),
        (facts.data_size_bytes, "byte", "bytes"),
    ]);
    let learners = facts
        .learners
        .as_ref()
        .map_or_else(String::new, |learners| {
            known(&[
                (learners.learners, "learner", "learners"),
                (
                    learners.synced_followers,
                    "follower in sync",
                    "followers in sync",
                ),
                (
                    learners.synced_observers,
                    "observer in sync",
                    "observers in sync",
                ),
            ])
        });
    let process = known(&[
        (
            facts.fd_open,
            "file descriptor open",
            "file descriptors open",
        ),
        (facts.fd_max, "allowed", "allowed"),
        (facts.slow_fsyncs, "slow fsync", "slow fsyncs"),
    ]);
    // Without separators: it is for kill(1).
    let pid = model.cluster.pids.get(&member.address);
    let pid = pid.map(|pid| format!("pid {pid}"));
    let process = [pid.unwrap_or_default(), process];
    let process = process.join(if process.contains(&String::new()) {
        ""
    } else {
        ", "
    });
    let phase = facts.peer_state.as_deref().map_or_else(String::new, clean);
    let up = facts.uptime_ms.and_then(|ms| u64::try_from(ms).ok());
    let up = up.map_or_else(String::new, |ms| format!("up {}", age(ms)));
    for (name, text) in [
        ("clients", clients),
        ("tree", tree),
        ("phase", phase),
        ("learners", learners),
        ("serving", up),
        ("process", process),
    ] {
        if !text.is_empty() {
            lines.extend(fact(name, text));
        }
    }
    if let Some(latency) = facts.latency_ms {
        let fsync = facts.fsync_ms.map_or(String::new(), |fsync| {
            format!("; fsync mean {:.1}, worst {:.0} ms", fsync.avg, fsync.max)
        });
        lines.extend(fact(
            "since start",
            format!(
                "mean request {:.1} ms, worst {:.0}{fsync} (its own words, not current)",
                latency.avg, latency.max
            ),
        ));
    }
    lines
}

/// Its stream of heartbeats, and what only those tell.
fn heartbeat(pulse: &Pulse) -> String {
    let beat = &pulse.beat;
    let fsync = match (beat.fsync_last_us, beat.fsync_p99_us) {
        (Some(last), Some(p99)) => {
            format!("; last fsync {} ms, 99 of 100 within {}", ms(last), ms(p99))
        }
        _ => String::new(),
    };
    let every = age(beat.interval_ms);
    format!("its own, every {every}, number {}{fsync}", count(beat.seq))
}

/// What is shut, by the line that would open it.
fn closed(member: &Member, columns: usize) -> Vec<Line<'static>> {
    if member.closed.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        Line::default(),
        Line::from(span(" to see more, in its zoo.cfg:", theme::STRONG)),
    ];
    for closed in &member.closed {
        lines.push(Line::from(vec![span(
            format!("   {}", clean(&closed.line)),
            Style::new(),
        )]));
        lines.extend(wrapped(
            &format!("    {}", clean(&closed.what)),
            columns,
            theme::QUIET,
        ));
    }
    lines
}

/// A name and its text, which goes on under itself where it is too long.
fn fact(name: &'static str, value: String, columns: usize) -> Vec<Line<'static>> {
    let texts = match width(&value) + NAME + 2 <= columns {
        true => vec![value],
        false => wrap(&value, columns.saturating_sub(NAME + 2)),
    };
    under_name(name, NAME, texts)
}

fn wrapped(text: &str, columns: usize, style: Style) -> Vec<Line<'static>> {
    wrap(text, columns.saturating_sub(2))
        .into_iter()
        .map(|line| Line::from(span(format!(" {line}"), style)))
        .collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}
