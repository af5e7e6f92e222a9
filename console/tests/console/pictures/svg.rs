//! A drawn screen as an SVG picture, the same byte for byte wherever it is made.
//!
//! Letters are text; lines, bars and boxes of the terminal's drawing characters are shapes, as
//! fonts disagree on their widths and leave gaps between them.

use std::fmt::Write as _;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};

use super::shapes;

/// A cell, in the picture's units.
pub(super) const CELL_WIDTH: f64 = 8.4;
pub(super) const CELL_HEIGHT: f64 = 17.0;
/// The letters' foot, below the cell's upper edge.
const BASE: f64 = 13.0;
const MARGIN: f64 = 14.0;
const TITLE_HEIGHT: f64 = 30.0;
const PAPER: &str = "#14171c";
const INK: &str = "#cdd2da";

/// The whole picture; the caption is read out to those who do not see it.
pub(super) fn picture(buffer: &Buffer, title: &str, caption: &str) -> String {
    let columns = usize::from(buffer.area.width);
    let width = f64::from(buffer.area.width) * CELL_WIDTH + 2.0 * MARGIN;
    let height = f64::from(buffer.area.height) * CELL_HEIGHT + TITLE_HEIGHT + MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         width=\"{width:.1}\" height=\"{height:.1}\" role=\"img\">\n<title>{}</title>\n\
         <style>text{{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",\
         monospace;white-space:pre}}.b{{font-weight:bold}}\
         path{{shape-rendering:crispEdges}}</style>\n\
         <rect width=\"{width:.1}\" height=\"{height:.1}\" rx=\"8\" fill=\"{PAPER}\"/>\n",
        escaped(caption)
    );
    for (at, colour) in ["#e0645c", "#d8a93c", "#62b457"].iter().enumerate() {
        let x = 20 + 18 * at;
        line(
            &mut out,
            &format!("<circle cx=\"{x}\" cy=\"16\" r=\"5.5\" fill=\"{colour}\"/>"),
        );
    }
    line(
        &mut out,
        &format!(
            "<text x=\"{:.1}\" y=\"21\" text-anchor=\"middle\" fill=\"#8b93a1\">{}</text>",
            width / 2.0,
            escaped(title)
        ),
    );
    line(
        &mut out,
        &format!("<g transform=\"translate({MARGIN} {TITLE_HEIGHT})\" fill=\"{INK}\">"),
    );
    for (row, cells) in buffer.content.chunks(columns).enumerate() {
        draw_row(&mut out, row, cells);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// How a cell is inked: the colours as they are seen.
#[derive(Clone, Copy, PartialEq)]
struct Ink {
    letters: &'static str,
    paper: &'static str,
    is_bold: bool,
    is_dim: bool,
}

fn ink(cell: &Cell) -> Ink {
    let (mut letters, mut paper) = (colour(cell.fg, INK), colour(cell.bg, PAPER));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut letters, &mut paper);
    }
    Ink {
        letters,
        paper,
        is_bold: cell.modifier.contains(Modifier::BOLD),
        is_dim: cell.modifier.contains(Modifier::DIM),
    }
}

/// A dark terminal's sixteen, of which the screens use these.
fn colour(colour: Color, otherwise: &'static str) -> &'static str {
    match colour {
        Color::Reset => otherwise,
        Color::Black => "#0c0e12",
        Color::Red | Color::LightRed => "#f2726a",
        Color::Green | Color::LightGreen => "#7cc36f",
        Color::Yellow | Color::LightYellow => "#e2b550",
        Color::Blue | Color::LightBlue => "#6ba4e8",
        Color::Magenta | Color::LightMagenta => "#c78be0",
        Color::Cyan | Color::LightCyan => "#5fc2c7",
        Color::Gray => "#aab1bd",
        Color::DarkGray => "#78818f",
        Color::White => "#ffffff",
        other => panic!("no picture has the colour {other}"),
    }
}

fn draw_row(out: &mut String, row: usize, cells: &[Cell]) {
    let top = row as f64 * CELL_HEIGHT;
    let inks: Vec<Ink> = cells.iter().map(ink).collect();
    for (from, to) in runs(cells.len(), |a, b| inks[a].paper == inks[b].paper) {
        if inks[from].paper != PAPER {
            let (x, width) = (from as f64 * CELL_WIDTH, (to - from) as f64 * CELL_WIDTH);
            line(
                out,
                &format!(
                    "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{CELL_HEIGHT}\" \
                     fill=\"{}\"/>",
                    inks[from].paper
                ),
            );
        }
    }
    let glyph = |at: usize| cells[at].symbol();
    let same = |a: usize, b: usize| {
        let shapes = (shapes::is_shape(glyph(a)), shapes::is_shape(glyph(b)));
        inks[a] == inks[b]
            && match shapes {
                (true, true) => true,
                // Two spaces part texts, so that each begins where its column does.
                (false, false) => !(is_space(glyph(a)) && is_space(glyph(b))),
                _ => false,
            }
    };
    for (from, to) in runs(cells.len(), same) {
        if shapes::is_shape(glyph(from)) {
            let path: String = (from..to)
                .map(|at| shapes::path(glyph(at), at as f64 * CELL_WIDTH, top))
                .collect();
            let style = style(inks[from]);
            line(out, &format!("<path{style} d=\"{path}\"/>"));
        } else {
            draw_text(out, (from, to), top, cells, inks[from]);
        }
    }
}

fn draw_text(out: &mut String, (from, to): (usize, usize), top: f64, cells: &[Cell], ink: Ink) {
    let text: String = cells[from..to].iter().map(Cell::symbol).collect();
    let begins = from + text.len() - text.trim_start().len();
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let letters = text.chars().count();
    let mut attributes = style(ink);
    // Whatever font is at hand: the columns stand.
    let _ = write!(
        attributes,
        " textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\"",
        letters as f64 * CELL_WIDTH
    );
    line(
        out,
        &format!(
            "<text x=\"{:.1}\" y=\"{:.1}\"{attributes}>{}</text>",
            begins as f64 * CELL_WIDTH,
            top + BASE,
            escaped(text)
        ),
    );
}

fn style(ink: Ink) -> String {
    let mut style = String::new();
    if ink.letters != INK {
        let _ = write!(style, " fill=\"{}\"", ink.letters);
    }
    if ink.is_bold {
        style.push_str(" class=\"b\"");
    }
    if ink.is_dim {
        style.push_str(" opacity=\".7\"");
    }
    style
}

/// The longest stretches of neighbours that belong together.
fn runs(length: usize, same: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut from = 0;
    for at in 1..=length {
        if at == length || !same(at - 1, at) {
            runs.push((from, at));
            from = at;
        }
    }
    runs
}

fn is_space(glyph: &str) -> bool {
    glyph.trim().is_empty()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
