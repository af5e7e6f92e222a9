//! How many lines each part of a screen gets. Both sides need it: the view draws by it, and
//! `wanted` asks only for the znodes that it leaves room for.

use super::ui::Screen;

/// Below this many columns or rows only a status line and the worst member are drawn.
pub const LEAST: (u16, u16) = (60, 15);

/// The lines of a screen, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Cluster and clock, verdict, and where there is room the voters.
    pub top: usize,
    /// Rows of the list, without its title and its header line.
    pub list: usize,
    /// Lines of the detail below (on the right, for znodes), without its title.
    pub detail: usize,
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

/// The layout of a screen whose list has `rows` rows, under a verdict of so many lines.
#[must_use]
pub fn layout(window: (u16, u16), screen: Screen, rows: usize, verdict: usize) -> Layout {
    let height = usize::from(window.1);
    let (top, foot) = if is_tall(window) {
        (2 + verdict, 3)
    } else {
        (2, 1)
    };
    // The list's title and header.
    let body = height.saturating_sub(top + foot + 2);
    let (list, detail) = match screen {
        Screen::Znodes => (body, body),
        Screen::Members => {
            let list = rows.clamp(1, (body / 2).max(1));
            (list, body.saturating_sub(list + 1))
        }
        Screen::Sessions => {
            let detail = if body >= 24 { 7 } else { 0 };
            (
                body.saturating_sub(detail + usize::from(detail > 0)),
                detail,
            )
        }
    };
    Layout {
        top,
        list,
        detail,
        foot,
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
                    let parts = layout((120, height), screen, rows, verdict);
                    let below = match screen {
                        Screen::Znodes => 0,
                        _ if parts.detail == 0 => 0,
                        _ => parts.detail + 1,
                    };
                    let used = parts.top + 2 + parts.list + below + parts.foot;
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
