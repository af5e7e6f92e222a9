//! Text from outside, made fit for a line: nothing that could steer a terminal, and not too long.

use std::fmt::Write as _;

/// What stands where a text was cut.
const CUT: char = '…';
/// Bytes of a name.
const MAX_KEY_BYTES: usize = 64;

/// The text with every control or invisible character written out (`\x1b`, `\u{202e}`), cut to
/// this many bytes, with `…` where something is missing.
#[must_use]
pub fn clean(text: &str, max_bytes: usize) -> String {
    let mut out = String::new();
    let room = max_bytes.saturating_sub(CUT.len_utf8());
    for c in text.chars() {
        let start = out.len();
        if is_visible(c) {
            out.push(c);
        } else {
            // A String takes everything.
            let _ = match u32::from(c) {
                code @ 0..0x100 => write!(out, "\\x{code:02x}"),
                code => write!(out, "\\u{{{code:x}}}"),
            };
        }
        if out.len() > room {
            out.truncate(start);
            if max_bytes >= CUT.len_utf8() {
                out.push(CUT);
            }
            break;
        }
    }
    out
}

/// The same for a name.
pub(super) fn clean_key(text: &str) -> String {
    clean(text, MAX_KEY_BYTES)
}

/// Whether a character shows itself and neither hides nor reorders its neighbours.
fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_can_steer_a_terminal() {
        assert_eq!(
            clean("a\x1b[2J\n\u{9b}\u{202e}é", 80),
            "a\\x1b[2J\\x0a\\x9b\\u{202e}é"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_so() {
        assert_eq!(clean("ééééé", 8), "éé…");
        assert_eq!(clean("\n\n\n", 8), "\\x0a…");
        assert_eq!(clean("abc", 2), "");
        for max_bytes in 0..20 {
            assert!(clean("a\u{202e}é…\nb\u{7f}cdefgh", max_bytes).len() <= max_bytes);
        }
    }
}
