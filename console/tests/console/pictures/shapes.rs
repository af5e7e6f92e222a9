//! The terminal's drawing characters as paths: lines and corners of boxes, bars of eighths,
//! beats. What is no drawing character is a letter, and drawn as text.

use super::svg::{CELL_HEIGHT as H, CELL_WIDTH as W};

/// How thick lines are, by weight.
const THIN: f64 = 1.2;
const THICK: f64 = 2.6;
/// Half the distance of a double line's two.
const APART: f64 = 2.0;

/// Whether it is drawn and not written.
pub(super) fn is_shape(glyph: &str) -> bool {
    !path(glyph, 0.0, 0.0).is_empty()
}

/// The path of a character in the cell whose upper left corner this is; empty for letters.
pub(super) fn path(glyph: &str, x: f64, y: f64) -> String {
    if let Some(eighths) = place("▁▂▃▄▅▆▇█", glyph) {
        let height = H * (eighths as f64 + 1.0) / 8.0;
        return block(x, y + H - height, W, height);
    }
    if let Some(eighths) = place("▏▎▍▌▋▊▉", glyph) {
        return block(x, y, W * (eighths as f64 + 1.0) / 8.0, H);
    }
    match glyph {
        "▮" => block(x + 1.8, y + 3.0, W - 3.6, H - 6.0),
        "▯" => frame(x + 1.8, y + 3.0, W - 3.6, H - 6.0),
        "■" => block(x + 0.4, y + 4.5, W - 0.8, W - 0.8),
        "□" => frame(x + 0.4, y + 4.5, W - 0.8, W - 0.8),
        "▪" => block(x + 2.2, y + 6.5, W - 4.4, W - 4.4),
        "╌" => dashes(x, y + H / 2.0),
        _ => arms(glyph).map_or(String::new(), |arms| lines(arms, x, y)),
    }
}

fn place(glyphs: &str, glyph: &str) -> Option<usize> {
    glyphs
        .chars()
        .position(|one| glyph.chars().eq(std::iter::once(one)))
}

/// How lines leave a cell's middle.
#[derive(Clone, Copy, PartialEq)]
enum Arm {
    None,
    Thin,
    Thick,
    Double,
}

/// Up, right, down, left.
fn arms(glyph: &str) -> Option<[Arm; 4]> {
    const O: Arm = Arm::None;
    const L: Arm = Arm::Thin;
    const B: Arm = Arm::Thick;
    const D: Arm = Arm::Double;
    Some(match glyph {
        "─" => [O, L, O, L],
        "│" => [L, O, L, O],
        "┌" => [O, L, L, O],
        "┐" => [O, O, L, L],
        "└" => [L, L, O, O],
        "┘" => [L, O, O, L],
        "┤" => [L, O, L, L],
        "├" => [L, L, L, O],
        "━" => [O, B, O, B],
        "┃" => [B, O, B, O],
        "┏" => [O, B, B, O],
        "┓" => [O, O, B, B],
        "┗" => [B, B, O, O],
        "┛" => [B, O, O, B],
        "┻" => [B, B, O, B],
        "┳" => [O, B, B, B],
        "╋" => [B, B, B, B],
        "═" => [O, D, O, D],
        "║" => [D, O, D, O],
        "╔" => [O, D, D, O],
        "╗" => [O, O, D, D],
        "╚" => [D, D, O, O],
        "╝" => [D, O, O, D],
        _ => return None,
    })
}

fn lines(arms: [Arm; 4], x: f64, y: f64) -> String {
    if arms.contains(&Arm::Double) {
        return double(arms, x, y);
    }
    let (cx, cy) = (x + W / 2.0, y + H / 2.0);
    let thickness = if arms.contains(&Arm::Thick) {
        THICK
    } else {
        THIN
    };
    let half = thickness / 2.0;
    let [up, right, down, left] = arms.map(|arm| arm != Arm::None);
    let mut path = String::new();
    if left || right {
        let from = if left { x } else { cx - half };
        let to = if right { x + W } else { cx + half };
        path += &block(from, cy - half, to - from, thickness);
    }
    if up || down {
        let from = if up { y } else { cy - half };
        let to = if down { y + H } else { cy + half };
        path += &block(cx - half, from, thickness, to - from);
    }
    path
}

/// Two lines side by side; in a corner, that one which is outside turns outside.
fn double(arms: [Arm; 4], x: f64, y: f64) -> String {
    let (cx, cy) = (x + W / 2.0, y + H / 2.0);
    let [up, right, down, left] = arms.map(|arm| arm != Arm::None);
    let half = THIN / 2.0;
    let slant = if down == right { 1.0 } else { -1.0 };
    let mut path = String::new();
    for side in [-APART, APART] {
        let turn = side * slant;
        if left || right {
            let from = if left { x } else { cx + turn - half };
            let to = if right { x + W } else { cx + turn + half };
            path += &block(from, cy + side - half, to - from, THIN);
        }
        if up || down {
            let from = if up { y } else { cy + turn - half };
            let to = if down { y + H } else { cy + turn + half };
            path += &block(cx + side - half, from, THIN, to - from);
        }
    }
    path
}

fn dashes(x: f64, middle: f64) -> String {
    let half = THIN / 2.0;
    block(x + 0.8, middle - half, 2.8, THIN) + &block(x + 5.0, middle - half, 2.8, THIN)
}

fn block(x: f64, y: f64, width: f64, height: f64) -> String {
    format!("M{x:.1} {y:.1}h{width:.1}v{height:.1}h-{width:.1}z")
}

/// A block with a hole: the inner path runs the other way round.
fn frame(x: f64, y: f64, width: f64, height: f64) -> String {
    let (inner_x, inner_y) = (x + THIN, y + THIN);
    let (inner_width, inner_height) = (width - 2.0 * THIN, height - 2.0 * THIN);
    block(x, y, width, height)
        + &format!(
            "M{inner_x:.1} {inner_y:.1}v{inner_height:.1}h{inner_width:.1}v-{inner_height:.1}z"
        )
}
