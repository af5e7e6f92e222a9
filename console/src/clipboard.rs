//! Copying to the operator's clipboard by `OSC 52`: the terminal does it, so that it works
//! through ssh too. A terminal that does not know it, or forbids it, ignores it in silence.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::text::clean;

/// Terminals give up on more; what is copied here is a sentence or a path.
const MAX_BYTES: usize = 64 * 1024;

/// What is written to the terminal to copy a text. The text is cleaned: what came from outside
/// must not act in the shell that it is pasted into.
#[must_use]
pub fn sequence(text: &str) -> String {
    let cleaned: Vec<String> = text.lines().map(clean).collect();
    let mut cleaned = cleaned.join("\n");
    while cleaned.len() > MAX_BYTES {
        cleaned.pop();
    }
    format!("\x1b]52;c;{}\x07", BASE64_STANDARD.encode(cleaned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_copied_cleaned() {
        assert_eq!(sequence("zk1:2888"), "\x1b]52;c;emsxOjI4ODg=\x07");
        let copied = sequence("a\x1b[2J");
        let coded = copied
            .trim_start_matches("\x1b]52;c;")
            .trim_end_matches('\x07');
        assert_eq!(BASE64_STANDARD.decode(coded).unwrap(), b"a\\x1b[2J");
    }
}
