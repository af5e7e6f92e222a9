//! How many lines each part of the overview gets, by the room there is. The ensemble first,
//! then what to do, what happened, and the charts last.

/// The narrowest card.
const CARD_LEAST: usize = 17;
/// The widest card, which is the prettiest.
const CARD_MOST: usize = 25;
/// From this width on there are boxes beside the leader.
const WIDE: usize = 110;

/// How the members are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Boxes: lines of the leader's, of each follower's, columns of these, and lines of the
    /// observers' with their wire (0 without).
    Cards {
        leader: usize,
        followers: usize,
        width: usize,
        observers: usize,
    },
    /// One line a member.
    Rolls,
}

/// The lines of each part, its heading included; 0 where it is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub shape: Shape,
    /// There are boxes beside the leader.
    pub is_wide: bool,
    /// Without the screen's own heading.
    pub ensemble: usize,
    pub next_step: usize,
    pub charts: usize,
    pub happened: usize,
}

/// The plan for so much room, and so many followers and observers.
pub(super) fn plan(
    (width, height): (usize, usize),
    (followers, observers): (usize, usize),
    has_leader: bool,
) -> Plan {
    let is_wide = width >= WIDE;
    let room = height.saturating_sub(1);
    let shape = cards(width, room, is_wide, (followers, observers));
    let members = followers + observers + usize::from(has_leader);
    let ensemble = match shape {
        Shape::Cards {
            leader,
            followers: lines,
            observers,
            ..
        } => leader + if followers > 0 { 2 + lines } else { 0 } + observers,
        // The last lines are for what to do.
        Shape::Rolls => members.max(1).min(room.saturating_sub(3).max(1)),
    };
    let mut rest = room.saturating_sub(ensemble);
    // Where there are boxes beside the leader, one of them has it.
    let has_box = is_wide && matches!(shape, Shape::Cards { .. });
    let next_step = if has_box || rest < 2 { 0 } else { 2 };
    rest -= next_step;
    // Half of what is left: what happened has the other half.
    let charts = if is_wide { (rest / 2).clamp(6, 10) } else { 0 };
    let charts = if rest >= 9 { charts } else { 0 };
    rest -= charts;
    Plan {
        shape,
        is_wide,
        ensemble,
        next_step,
        charts,
        happened: if rest >= 2 { rest } else { 0 },
    }
}

fn cards(
    width: usize,
    room: usize,
    is_wide: bool,
    (followers, observers): (usize, usize),
) -> Shape {
    let fit = |count: usize| match count {
        0 => Some(CARD_MOST),
        n => {
            let each = (width.saturating_sub(2) + 1) / n;
            (each > CARD_LEAST).then(|| (each - 1).min(CARD_MOST))
        }
    };
    let (Some(card), Some(_)) = (fit(followers), fit(observers)) else {
        return Shape::Rolls;
    };
    let observers_height = if observers > 0 { 5 } else { 0 };
    // With all its lines, or with as few as say what there is to say.
    for (leader, lines) in [(5, 5), (5, 4), (4, 4)] {
        let followers_height = if followers > 0 { 2 + lines } else { 0 };
        let needed = leader + followers_height + observers_height;
        // Below it: the next step where it has no box, and a line or two of what happened.
        let below = if is_wide { 3 } else { 5 };
        if room >= needed + below {
            return Shape::Cards {
                leader,
                followers: lines,
                width: card,
                observers: observers_height,
            };
        }
    }
    Shape::Rolls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_filled_and_no_more() {
        for width in 60..=250 {
            for height in 10..=80 {
                for followers in 0..=9 {
                    for observers in 0..=4 {
                        let plan = plan((width, height), (followers, observers), true);
                        let used = 1 + plan.ensemble + plan.next_step + plan.charts + plan.happened;
                        assert!(used <= height, "{plan:?} in {height}");
                        assert!(used + 1 >= height, "{plan:?} leaves lines of {height}");
                        assert!(plan.ensemble >= 1);
                    }
                }
            }
        }
    }

    #[test]
    fn seven_voters_and_two_observers_have_their_boxes_and_charts() {
        let plan = plan((120, 28), (6, 2), true);
        assert!(matches!(plan.shape, Shape::Cards { .. }), "{plan:?}");
        assert!(plan.happened >= 3, "{plan:?}");
    }

    #[test]
    fn the_usual_terminal_has_boxes_for_three() {
        let plan = plan((80, 17), (2, 0), true);
        assert!(matches!(plan.shape, Shape::Cards { .. }), "{plan:?}");
        assert_eq!((plan.next_step, plan.charts), (2, 0));
        assert!(plan.happened >= 3, "{plan:?}");
    }
}
