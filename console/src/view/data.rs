//! Bytes of a znode as lines of text: JSON, text or hex.

use crate::{
    model::tree::DataForm,
    text::{clean, width},
};

/// No more bytes than this are drawn: nobody scrolls further.
const DRAWN: usize = 64 << 10;

/// The form in which these bytes are drawn when this one is asked for.
pub(super) fn form(asked: DataForm, bytes: &[u8]) -> DataForm {
    match asked {
        DataForm::Auto if as_json(bytes).is_some() => DataForm::Json,
        DataForm::Auto if is_text(bytes) => DataForm::Text,
        DataForm::Auto => DataForm::Hex,
        DataForm::Json if as_json(bytes).is_none() => form(DataForm::Auto, bytes),
        other => other,
    }
}

/// The lines, none wider than `columns`.
pub(super) fn lines(asked: DataForm, bytes: &[u8], columns: usize) -> Vec<String> {
    if bytes.is_empty() {
        return vec!["(empty)".to_owned()];
    }
    let text = match form(asked, bytes) {
        DataForm::Hex => return hex(&bytes[..bytes.len().min(DRAWN)], columns),
        DataForm::Json => as_json(bytes).unwrap_or_default(),
        DataForm::Auto | DataForm::Text => String::from_utf8_lossy(bytes).into_owned(),
    };
    let mut end = text.len().min(DRAWN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end]
        .lines()
        .flat_map(|line| broken(&clean(&line.replace('\t', "    ")), columns))
        .collect()
}

/// Objects and arrays, indented; a lone number or word is better drawn as text.
fn as_json(bytes: &[u8]) -> Option<String> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace())?;
    if !matches!(first, b'{' | b'[') || bytes.len() > DRAWN {
        return None;
    }
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    serde_json::to_string_pretty(&value).ok()
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
}
