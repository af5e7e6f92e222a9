//! Bytes of a znode as lines of text: JSON, text or hex.

use crate::{
    json,
    model::tree::DataForm,
    text::{clean, count, width},
};

/// No more bytes than this are drawn: nobody scrolls further.
const DRAWN: usize = 64 << 10;

/// Bytes, drawn.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    /// In this form, which need not be the one that was asked for.
    pub(super) form: DataForm,
    /// Why it is not in that one.
    pub(super) why: Option<String>,
    pub(super) lines: Vec<String>,
    /// What is drawn of what there is, where that is not all.
    pub(super) cut: Option<String>,
}

/// The bytes in this form, no line wider than `columns`.
pub(super) fn drawn(asked: DataForm, bytes: &[u8], columns: usize) -> Drawn {
    let (form, why) = form(asked, bytes);
    let (lines, shown) = match form {
        _ if bytes.is_empty() => (vec!["(empty)".to_owned()], 0),
        DataForm::Hex => {
            let first = &bytes[..bytes.len().min(DRAWN)];
            (hex(first, columns), first.len())
        }
        DataForm::Json => {
            let (text, shown) = json::indented(&String::from_utf8_lossy(first_letters(bytes)));
            (folded(&text, columns), shown)
        }
        DataForm::Auto | DataForm::Text => {
            let first = first_letters(bytes);
            (
                folded(&String::from_utf8_lossy(first), columns),
                first.len(),
            )
        }
    };
    Drawn {
        form,
        why,
        lines,
        cut: (shown < bytes.len()).then(|| cut(shown, bytes.len())),
    }
}

/// The form in which these bytes are drawn when this one is asked for, and why it is another.
fn form(asked: DataForm, bytes: &[u8]) -> (DataForm, Option<String>) {
    let plain = if is_text(bytes) {
        DataForm::Text
    } else {
        DataForm::Hex
    };
    match asked {
        DataForm::Text | DataForm::Hex => (asked, None),
        DataForm::Auto if bytes.is_empty() => (plain, None),
        DataForm::Auto | DataForm::Json => match json::fault(bytes) {
            None => (DataForm::Json, None),
            Some(why) => (plain, (asked == DataForm::Json).then_some(why)),
        },
    }
}

/// `first 64 KiB of 561 KiB`.
fn cut(shown: usize, of: usize) -> String {
    match (shown >> 10, of >> 10) {
        (some, all) if some < all && some > 0 => {
            format!(
                "first {} KiB of {} KiB",
                count(some as u64),
                count(all as u64)
            )
        }
        _ => format!(
            "first {} of {} bytes",
            count(shown as u64),
            count(of as u64)
        ),
    }
}

/// What is drawn of a text: a letter that the end would cut in two is left out.
fn first_letters(bytes: &[u8]) -> &[u8] {
    let is_within = |end: usize| bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80);
    let end = bytes.len().min(DRAWN);
    // Of a letter in UTF-8 at most three bytes follow the first.
    let whole = (end.saturating_sub(3)..=end)
        .rev()
        .find(|end| !is_within(*end));
    &bytes[..whole.unwrap_or(end)]
}

fn folded(text: &str, columns: usize) -> Vec<String> {
    text.lines()
        .flat_map(|line| broken(&clean(&line.replace('\t', "    ")), columns))
        .collect()
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        text.chars()
            .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
    })
}

/// A line in pieces none wider than `columns`, broken anywhere: it is data, not words.
pub(super) fn broken(line: &str, columns: usize) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut used = 0;
    for c in line.chars() {
        let wide = width(c.encode_utf8(&mut [0; 4]));
        if used + wide > columns.max(2) {
            out.push(String::new());
            used = 0;
        }
        used += wide;
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out
}

/// `00000000  7b 22 61 22  {"a"`
fn hex(bytes: &[u8], columns: usize) -> Vec<String> {
    // Eight columns of offset, two gaps, and four columns a byte.
    let a_line = (columns.saturating_sub(11) / 4).clamp(4, 16) / 4 * 4;
    bytes
        .chunks(a_line)
        .enumerate()
        .map(|(number, chunk)| {
            let digits: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
            let plain: String = chunk
                .iter()
                .map(|byte| {
                    if (0x20..0x7f).contains(byte) {
                        char::from(*byte)
                    } else {
                        '.'
                    }
                })
                .collect();
            let digits_width = a_line * 3 - 1;
            format!(
                "{:08x}  {:digits_width$}  {plain}",
                number * a_line,
                digits.join(" ")
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(asked: DataForm, bytes: &[u8], columns: usize) -> Vec<String> {
        drawn(asked, bytes, columns).lines
    }

    #[test]
    fn bytes_choose_their_own_form() {
        assert_eq!(
            lines(DataForm::Auto, b"{\"a\":1}", 40),
            ["{", "  \"a\": 1", "}"]
        );
        assert_eq!(
            lines(DataForm::Auto, b"plain\nlines", 40),
            ["plain", "lines"]
        );
        assert_eq!(
            lines(DataForm::Auto, b"\x00\xffab", 40),
            ["00000000  00 ff 61 62  ..ab"]
        );
        assert_eq!(lines(DataForm::Json, b"no json", 40), ["no json"]);
        assert_eq!(lines(DataForm::Auto, b"", 40), ["(empty)"]);
    }

    #[test]
    fn text_from_outside_is_made_safe_and_broken() {
        assert_eq!(lines(DataForm::Text, b"\x1b[31mred", 40), ["\\x1b[31mred"]);
        assert_eq!(lines(DataForm::Text, b"abcdef", 4), ["abcd", "ef"]);
    }

    #[test]
    fn what_is_not_drawn_is_said_in_every_form() {
        let json = format!("[{}1]", "1.50,".repeat(20_000));
        for form in [DataForm::Auto, DataForm::Text, DataForm::Hex] {
            let drawn = drawn(form, json.as_bytes(), 40);
            assert_eq!(
                drawn.cut.as_deref(),
                Some("first 64 KiB of 97 KiB"),
                "{form:?}"
            );
        }
        assert_eq!(
            drawn(DataForm::Auto, json.as_bytes(), 40).form,
            DataForm::Json
        );
        let little_more = vec![b'a'; DRAWN + 1];
        let cut = drawn(DataForm::Auto, &little_more, 40).cut;
        assert_eq!(cut.as_deref(), Some("first 65,536 of 65,537 bytes"));
        assert_eq!(drawn(DataForm::Auto, &little_more[1..], 40).cut, None);
    }

    #[test]
    fn a_letter_that_the_end_cuts_in_two_is_left_out() {
        let text = format!("a{}", "é".repeat(DRAWN));
        let drawn = drawn(DataForm::Text, text.as_bytes(), 100_000);
        assert!(drawn.lines[0].ends_with('é'), "no broken letter");
    }

    #[test]
    fn json_that_was_asked_for_and_is_none_says_why() {
        let why = |form, bytes: &[u8]| drawn(form, bytes, 40).why;
        let broken = b"{\"a\" 1}";
        assert_eq!(
            why(DataForm::Json, broken).as_deref(),
            Some("expected `:` at line 1 column 6")
        );
        assert_eq!(why(DataForm::Auto, broken), None, "nobody asked for JSON");
        assert_eq!(why(DataForm::Json, b"[1]"), None);
    }
}
