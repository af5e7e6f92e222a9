//! The wires from the leader to each of the others: fresh, slow, cut, or not to be seen. Each
//! wire is both directions of a link; the worse one that is known is drawn.

use ratatui::{Frame, layout::Rect, style::Style};

use zoowarden_shared::admin::verdict::Presence;

use crate::{
    model::{
        Model,
        clock::age,
        links::{End, Link, LinkState, is_asymmetric, links},
        member::{Member, State},
        probe::Fault,
        verdict::presence,
    },
    text::{count, cut},
    view::theme,
};

/// Fewer unacknowledged transactions than this come and go with the writes: no news.
const BEHIND_LEAST: u64 = 200;
/// A cut of one direction is one once it has lasted for so long.
const ONE_WAY_MS: u64 = 3000;

/// The line below the leader, and one down to each box.
pub(super) fn draw(
    model: &Model,
    (leader, card): (Option<&Member>, Rect),
    members: &[&Member],
    boxes: &[Rect],
    frame: &mut Frame<'_>,
    area: Rect,
) {
    if boxes.is_empty() || area.height < 2 {
        return;
    }
    let all = links(model);
    let wires: Vec<Wire> = members
        .iter()
        .map(|to| wire(model, &all, leader, to))
        .collect();
    let middle = |place: &Rect| place.x + place.width / 2;
    let root = middle(&card);
    let columns: Vec<u16> = boxes.iter().map(middle).collect();
    // From the outside in, so that a fresh wire is drawn over a worse one's part of the line.
    let mut order: Vec<usize> = (0..wires.len()).collect();
    order.sort_by_key(|&i| {
        (
            wires[i].state == LinkState::Fresh,
            u16::MAX - columns[i].abs_diff(root),
        )
    });
    for &i in &order {
        let (from, to) = (columns[i].min(root), columns[i].max(root));
        for x in from..=to {
            set(frame, x, area.y, wires[i].across(x), wires[i].style());
        }
    }
    let has = |x: u16| columns.contains(&x);
    let (first, last) = (
        columns.iter().copied().min().unwrap_or(root).min(root),
        columns.iter().copied().max().unwrap_or(root).max(root),
    );
    for x in columns.iter().copied().chain([root]) {
        let knot = match (x == root, has(x), x == first, x == last) {
            (true, true, true, true) => "┃",
            (true, true, ..) => "╋",
            (true, false, true, _) => "┗",
            (true, false, _, true) => "┛",
            (true, false, ..) => "┻",
            (false, _, true, _) => "┏",
            (false, _, _, true) => "┓",
            (false, ..) => "┳",
        };
        let style = columns
            .iter()
            .position(|column| *column == x)
            .map_or(theme::GOOD, |i| wires[i].style());
        set(frame, x, area.y, knot, style);
    }
    for (i, wire) in wires.iter().enumerate() {
        let end = columns.get(i + 1).copied().unwrap_or(area.right());
        let room = usize::from(end.saturating_sub(columns[i] + 2));
        set(frame, columns[i], area.y + 1, wire.mark(), wire.style());
        let label = cut(&wire.says, room);
        let style = if wire.state == LinkState::Fresh {
            theme::QUIET
        } else {
            wire.style()
        };
        set(frame, columns[i] + 2, area.y + 1, &label, style);
    }
}

/// The wire above an observer's box: it hears the leader and has no vote.
pub(super) fn to_observer(
    model: &Model,
    leader: Option<&Member>,
    member: &Member,
    place: Rect,
    frame: &mut Frame<'_>,
) {
    let wire = wire(model, &links(model), leader, member);
    let x = place.x + place.width / 2;
    let y = place.y.saturating_sub(1);
    let mark = match wire.state {
        LinkState::Fresh | LinkState::Slow => "╏",
        _ => wire.mark(),
    };
    set(frame, x, y, mark, wire.style());
    let says = match wire.state {
        LinkState::Fresh => "no vote".to_owned(),
        _ => format!("no vote; {}", wire.says),
    };
    set(frame, x + 2, y, &says, theme::QUIET);
}

/// Both directions of one link.
struct Wire {
    state: LinkState,
    says: String,
}

impl Wire {
    fn style(&self) -> Style {
        match self.state {
            LinkState::Fresh => theme::GOOD,
            LinkState::Slow => theme::WARN,
            LinkState::Cut => theme::BAD,
            LinkState::Unknown => theme::QUIET,
        }
    }

    fn across(&self, x: u16) -> &'static str {
        match self.state {
            LinkState::Fresh => "━",
            LinkState::Slow => "╌",
            // With gaps, so that it reads as broken without its colour too.
            LinkState::Cut | LinkState::Unknown if x.is_multiple_of(2) => "╌",
            LinkState::Cut | LinkState::Unknown => " ",
        }
    }

    fn mark(&self) -> &'static str {
        match self.state {
            LinkState::Fresh => "┃",
            LinkState::Slow => "╏",
            LinkState::Cut => "✕",
            LinkState::Unknown => "?",
        }
    }
}

fn wire(model: &Model, all: &[Link], leader: Option<&Member>, to: &Member) -> Wire {
    let Some(leader) = leader else {
        return Wire {
            state: LinkState::Unknown,
            says: String::new(),
        };
    };
    let find = |from: &Member, to: &Member| {
        all.iter()
            .find(|link| link.to == to.address && link.from == End::Member(from.address.clone()))
    };
    let known = [find(leader, to), find(to, leader)];
    let worst = known
        .into_iter()
        .flatten()
        .filter(|link| link.state != LinkState::Unknown)
        .min_by_key(|link| link.state);
    let Some(worst) = worst else {
        return Wire {
            state: LinkState::Unknown,
            says: "cannot see".to_owned(),
        };
    };
    let since = model.links.since(worst);
    let since_ms = since.map(|since| model.now.mono_ms.saturating_sub(since.mono_ms));
    let since = since_ms.map_or(String::new(), |ms| format!(" {}", age(ms)));
    // Two members do not learn of one thing in the same instant.
    let lasts = since_ms.is_some_and(|ms| ms >= ONE_WAY_MS);
    let to_follower = known[0].filter(|link| link.state != LinkState::Unknown);
    let says = match worst.state {
        // One that says itself that it does not serve needs no cut for that.
        LinkState::Cut
            if is_asymmetric(all, worst)
                && lasts
                && presence(model, to) != Presence::NotServing =>
        {
            format!("one way,{since}")
        }
        LinkState::Cut => match presence(model, to) {
            Presence::Silent => silent(model, to).to_owned() + &since,
            _ => format!("not following{since}"),
        },
        LinkState::Slow => format!("{}{since}", worst.why),
        _ => match to_follower.and_then(|link| link.behind) {
            Some(behind) if behind >= BEHIND_LEAST => format!("{} to ack", count(behind)),
            Some(_) => "acks".to_owned(),
            None => "follows".to_owned(),
        },
    };
    Wire {
        state: worst.state,
        says,
    }
}

/// Of a member that says nothing: what is known of that.
fn silent(model: &Model, member: &Member) -> &'static str {
    match member.state(model.now) {
        State::Silent(Fault::Refused) => "gone",
        State::Silent(Fault::Hangs) => "process hangs",
        _ => "silent",
    }
}

fn set(frame: &mut Frame<'_>, x: u16, y: u16, text: &str, style: Style) {
    let buffer = frame.buffer_mut();
    if buffer.area.contains((x, y).into()) {
        buffer.set_string(x, y, text, style);
    }
}
