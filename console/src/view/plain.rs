//! The last pass over a drawn screen: in the theme that is asked for, and in ASCII alone.
//!
//! Done on the finished cells, so that no widget has to know of it and none can forget it.

use ratatui::{buffer::Buffer, style::Modifier};

use super::theme::Theme;

/// Draws all colours as the theme has them. Without any, bold and reverse stay: they are no
/// colours (no-color.org).
pub(super) fn in_theme(buffer: &mut Buffer, theme: Theme) {
    if theme == Theme::Default {
        return;
    }
    for cell in &mut buffer.content {
        cell.fg = theme.colour(cell.fg);
        cell.bg = theme.colour(cell.bg);
        if theme == Theme::Mono {
            cell.modifier &= Modifier::BOLD | Modifier::REVERSED | Modifier::DIM;
        }
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
