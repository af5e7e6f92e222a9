//! How many lines each part of a screen gets. Both sides need it: the view draws by it, and
//! `wanted` asks only for the znodes that it leaves room for.

use super::ui::Screen;

/// Below this many columns or rows only a status line and the worst member are drawn.
pub const LEAST: (u16, u16) = (60, 15);

/// The lines of a screen, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Cluster and clock, verdict, and where there is room the voters and the demo's clients.
    pub top: usize,
    /// Rows of the list, without its title and its header line.
    pub list: usize,
    /// Lines of the detail below (on the right, for znodes), without its title.
    pub detail: usize,
    /// Lines of what happened, below that, without its title; 0 where there is no room.
    pub happened: usize,
    /// The console's own load, where there is room, and the keys.
    pub foot: usize,
}

/// Whether a window is too small for screens.
#[must_use]
pub fn is_tiny((columns, rows): (u16, u16)) -> bool {
    columns < LEAST.0 || rows < LEAST.1
}

/// Whether there is room for more than what is needed most.
#[must_use]
pub fn is_tall(window: (u16, u16)) -> bool {
    window.1 >= 24
}

/// What there is to lay out.
#[derive(Clone, Copy, Debug)]
pub struct Content {
    /// Rows of the screen's list.
    pub rows: usize,
    /// Lines of the verdict.
    pub verdict: usize,
    /// There is a line on the demo's clients.
    pub is_demo: bool,
    /// There is a line on the drill.
    pub is_drill: bool,
    /// More has happened than that a leader was found.
    pub has_news: bool,
}

/// The layout of a screen.
#[must_use]
pub fn layout(window: (u16, u16), screen: Screen, content: Content) -> Layout {
    let Content {
        rows,
        verdict,
        is_demo,
        is_drill,
        has_news,
    } = content;
    let height = usize::from(window.1);
    let (top, foot) = if is_tall(window) {
        (2 + verdict + usize::from(is_demo), 3)
    } else {
        (1 + verdict, 1)
    };
    let top = top + usize::from(is_drill);
    // The list's title and header.
    let body = height.saturating_sub(top + foot + 2);
    let (list, detail, happened) = match screen {
        Screen::Znodes | Screen::Metrics => (body, body, 0),
        Screen::Members => {
            let list = rows.clamp(1, (body / 2).max(1));
            let below = body.saturating_sub(list + 1);
            let happened = match below {
                20.. => 6,
                16.. => 4,
                // Little room: only for what is worth it.
                10.. if has_news => 2,
                _ => 0,
            };
            let detail = below.saturating_sub(happened + usize::from(happened > 0));
            (list, detail, happened)
        }
        // Below the list stands why, and what runs.
        Screen::Recover => {
            let list = rows.clamp(1, (body / 2).max(1));
            (list, body.saturating_sub(list + 1), 0)
        }
        // Drawn as one picture.
        Screen::Overview => (body, 0, 0),
        Screen::Links | Screen::Timeline | Screen::Sessions | Screen::Watches | Screen::Alarms => {
            let detail = if body >= 14 {
                detail_of(screen, body)
            } else {
                0
            };
            let list = body.saturating_sub(detail + usize::from(detail > 0));
            (list, detail, 0)
        }
    };
    Layout {
        top,
        list,
        detail,
        happened,
        foot,
    }
}

/// Lines below the list, in a body of so many.
fn detail_of(screen: Screen, body: usize) -> usize {
    match screen {
        Screen::Sessions | Screen::Watches if body < 24 => 0,
        Screen::Alarms => 9.min(body / 2),
        _ => 7.min(body / 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_fill_the_window_and_no_more() {
        for height in LEAST.1..=80 {
            for screen in Screen::ALL {
                for (rows, verdict) in [(0, 1), (1, 2), (3, 1), (7, 2), (500, 2)] {
                    let content = Content {
                        rows,
                        verdict,
                        is_demo: rows % 2 == 1,
                        is_drill: rows == 3,
                        has_news: verdict == 2,
                    };
                    let parts = layout((120, height), screen, content);
                    let below = match screen {
                        Screen::Znodes | Screen::Metrics => 0,
                        _ if parts.detail == 0 => 0,
                        _ => parts.detail + 1,
                    };
                    let happened = parts.happened + usize::from(parts.happened > 0);
                    let used = parts.top + 2 + parts.list + below + happened + parts.foot;
                    assert!(
                        used <= usize::from(height),
                        "{screen:?} {rows} rows in {height}"
                    );
                    assert!(parts.list >= 1);
                }
            }
        }
    }
}
