//! JSON as its writer wrote it: only white space is changed, so that numbers keep their digits
//! and of two equal keys both stay.

use serde::de::IgnoredAny;

/// Columns of one level.
const INDENT: &str = "  ";
/// So many bytes are added at most: deep families of brackets would be mostly indentation.
const MAX_ADDED: usize = 1 << 20;

/// Why these bytes are no object and no array of JSON; `None` where they are one.
pub(crate) fn fault(bytes: &[u8]) -> Option<String> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[')) {
        return Some("neither an object nor an array".to_owned());
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some("not UTF-8".to_owned());
    };
    // Without a value of it: that would round numbers and keep one of two equal keys.
    let read: Result<IgnoredAny, _> = serde_json::from_str(text);
    read.err().map(|error| error.to_string())
}

/// JSON, or its beginning, with a line for each value; and how many of its bytes that shows.
pub(crate) fn indented(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let (mut depth, mut is_opened, mut in_string, mut is_escaped) = (0_usize, false, false, false);
    for (at, c) in text.char_indices() {
        if out.len() >= at + MAX_ADDED {
            return (out, at);
        }
        if in_string {
            out.push(c);
            in_string = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            continue;
        }
        if c.is_ascii_whitespace() {
            continue;
        }
        let closes = matches!(c, '}' | ']');
        if closes {
            depth = depth.saturating_sub(1);
        }
        // Of an empty family both brackets stand together.
        if is_opened != closes {
            new_line(&mut out, depth);
        }
        is_opened = matches!(c, '{' | '[');
        match c {
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => out.push(c),
        }
        in_string = c == '"';
        depth += usize::from(is_opened);
    }
    (out, text.len())
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(INDENT, depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_is_changed() {
        let text = r#"{"f": 1.10,"dup":1,
            "dup":2, "s":"a, {b}: \"c\" \\","e":[ ],"o":{},"n":[1e400,[-0]]}"#;
        assert_eq!(fault(text.as_bytes()), None);
        let wanted = r#"{
  "f": 1.10,
  "dup": 1,
  "dup": 2,
  "s": "a, {b}: \"c\" \\",
  "e": [],
  "o": {},
  "n": [
    1e400,
    [
      -0
    ]
  ]
}"#;
        assert_eq!(indented(text), (wanted.to_owned(), text.len()));
    }

    #[test]
    fn what_is_no_json_says_why() {
        let why = |bytes: &[u8]| fault(bytes).unwrap_or_default();
        assert_eq!(why(b" 1.10"), "neither an object nor an array");
        assert_eq!(why(b""), "neither an object nor an array");
        assert_eq!(why(b"{\"a\": \xff}"), "not UTF-8");
        assert_eq!(why(b"{\"a\": }"), "expected value at line 1 column 7");
    }

    #[test]
    fn no_depth_makes_it_large_and_no_cut_confuses_it() {
        let deep = "[".repeat(100_000);
        let (out, shown) = indented(&deep);
        assert!(out.len() <= 2 * MAX_ADDED && shown < 2000, "{shown}");
        assert_eq!(indented("]}],\"a\\").0.lines().count(), 5);
    }
}
