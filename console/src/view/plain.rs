//! The last pass over a drawn screen: without colours, and in ASCII alone, where asked.
//!
//! Done on the finished cells, so that no widget has to know of it and none can forget it.

use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier},
};

/// Takes all colours away; bold and reverse stay, since they are no colours (no-color.org).
pub(super) fn without_colours(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        cell.fg = Color::Reset;
        cell.bg = Color::Reset;
        cell.modifier &= Modifier::BOLD | Modifier::REVERSED | Modifier::DIM;
    }
}

/// Replaces every glyph by its ASCII twin; `?` for a letter that has none.
pub(super) fn in_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            cell.set_symbol(twin(cell.symbol()));
        }
    }
}

fn twin(glyph: &str) -> &'static str {
    match glyph {
        "●" => "*",
        "▲" => "!",
        "✕" => "X",
        "■" | "▪" => "#",
        "□" | "▯" => "_",
        "▫" => "o",
        "▸" | "→" => ">",
        "▾" | "↓" => "v",
        "←" => "<",
        "↑" => "^",
        "·" => ".",
        "─" => "-",
        "│" | "▮" => "|",
        "…" | "╌" => "~",
        "━" | "═" => "=",
        "║" | "┃" => "|",
        "╏" => ":",
        "┌" | "┐" | "└" | "┘" | "╔" | "╗" | "╚" | "╝" | "┏" | "┓" | "┗" | "┛" | "┻" | "┳" | "╋"
        | "┤" => "+",
        "⇄" => "%",
        "✓" => "+",
        "▒" => "x",
        "≥" => ">",
        "▁" => "_",
        "▂" | "▃" => ".",
        "▄" | "▅" => "o",
        "▆" | "▇" => "O",
        "█" | "▏" | "▎" | "▍" | "▌" | "▋" | "▊" | "▉" => "#",
        _ => "?",
    }
}
