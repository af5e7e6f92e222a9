//! The syntax of Java's `.properties` files, which zoo.cfg has (`java.util.Properties.load`).
//!
//! `key=value`, `key:value` or `key value`; `#` and `!` begin comment lines; a backslash at a
//! line's end continues it and elsewhere escapes the next character, `\uXXXX` included.

use std::collections::HashMap;

use super::{ConfigError, Place};

/// One logical line. As `QuorumPeerConfig` does, both parts are trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) key: String,
    pub(super) value: String,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
}

/// The properties of a text, in order, repeated ones too.
pub(super) fn parse(text: &str, file: &str) -> Result<Vec<Property>, ConfigError> {
    logical_lines(text)
        .into_iter()
        .map(|(line, text)| {
            split(&text)
                .map(|(key, value)| Property {
                    key: key.trim().to_owned(),
                    value: value.trim().to_owned(),
                    line,
                })
                .ok_or_else(|| {
                    let place = Place::new(file, Some(line));
                    ConfigError::new(place, "expected four hexadecimal digits after \\u")
                })
        })
        .collect()
}

/// What counts in Java, where a property that is given again replaces the earlier one. What is
/// replaced comes second, each with the line that replaces it.
pub(super) fn last_of_each(properties: Vec<Property>) -> (Vec<Property>, Vec<(Property, usize)>) {
    let last: HashMap<String, (usize, usize)> = properties
        .iter()
        .enumerate()
        .map(|(index, property)| (property.key.clone(), (index, property.line)))
        .collect();
    let (mut kept, mut replaced) = (Vec::new(), Vec::new());
    for (index, property) in properties.into_iter().enumerate() {
        match last.get(&property.key) {
            Some((by, line)) if *by != index => replaced.push((property, *line)),
            _ => kept.push(property),
        }
    }
    (kept, replaced)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\x0c')
}

/// Lines with their continuations joined, without comments and blank ones.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    // A lone \r ends a line too; \r\n must not count as two.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, natural) in text.split('\n').enumerate() {
        let natural = natural.trim_start_matches(is_space);
        if open.is_none() && (natural.is_empty() || natural.starts_with(['#', '!'])) {
            continue;
        }
        let (line, mut joined) = open.take().unwrap_or((index + 1, String::new()));
        let backslashes = natural.chars().rev().take_while(|c| *c == '\\').count();
        if backslashes % 2 == 1 {
            joined.push_str(&natural[..natural.len() - 1]);
            open = Some((line, joined));
        } else {
            joined.push_str(natural);
            lines.push((line, joined));
        }
    }
    lines.extend(open);
    lines.retain(|(_, text)| !text.is_empty());
    lines
}

/// Key and value without their escapes; `None` for a bad `\u`.
fn split(line: &str) -> Option<(String, String)> {
    let mut escaped = false;
    let key_end = line
        .char_indices()
        .find(|(_, c)| {
            let ends = !escaped && (matches!(c, '=' | ':') || is_space(*c));
            escaped = *c == '\\' && !escaped;
            ends
        })
        .map_or(line.len(), |(index, _)| index);
    let (key, rest) = line.split_at(key_end);
    let rest = rest.trim_start_matches(is_space);
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    Some((unescape(key)?, unescape(rest.trim_start_matches(is_space))?))
}

fn unescape(text: &str) -> Option<String> {
    // As UTF-16, since a character beyond the BMP is escaped as two \u.
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let plain = match c {
            '\\' => match chars.next() {
                None => break,
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\x0c',
                Some('u') => {
                    units.push(hex_unit(chars.by_ref())?);
                    continue;
                }
                Some(other) => other,
            },
            plain => plain,
        };
        units.extend_from_slice(plain.encode_utf16(&mut [0; 2]));
    }
    Some(String::from_utf16_lossy(&units))
}

fn hex_unit(chars: &mut std::str::Chars) -> Option<u16> {
    (0..4).try_fold(0, |unit, _| {
        Some(unit << 4 | chars.next()?.to_digit(16)? as u16)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String, usize)> {
        let properties = parse(text, "zoo.cfg").unwrap();
        properties
            .into_iter()
            .map(|p| (p.key, p.value, p.line))
            .collect()
    }

    fn pair(text: &str) -> (String, String) {
        let (key, value, _) = pairs(text).remove(0);
        (key, value)
    }

    #[test]
    fn any_of_three_separators_and_any_white_space_divide_key_and_value() {
        for text in [
            "key=value",
            "key:value",
            "key value",
            " key\t=  value ",
            "key : value",
        ] {
            assert_eq!(pair(text), ("key".into(), "value".into()), "{text}");
        }
        assert_eq!(pair("a = = b"), ("a".into(), "= b".into()));
        assert_eq!(pair("server.1=h:1:2"), ("server.1".into(), "h:1:2".into()));
        assert_eq!(pair("alone"), ("alone".into(), String::new()));
    }

    #[test]
    fn comments_and_blank_lines_count_as_lines_but_not_as_properties() {
        let text = "# one\r\n\r\n  ! two\r\na=1\rb=2\n#c=3\\\nd=4\n";
        let expected = [("a", "1", 4), ("b", "2", 5), ("d", "4", 7)]
            .map(|(key, value, line)| (key.to_owned(), value.to_owned(), line));
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn a_backslash_continues_a_line_which_is_named_by_its_first() {
        let text = "words=ruok,\\\n   # mntr,\\\n\nnext=1";
        assert_eq!(
            pairs(text),
            [
                ("words".into(), "ruok,# mntr,".into(), 1),
                ("next".into(), "1".into(), 4)
            ]
        );
        assert_eq!(
            pair("dir=C:\\\\data\\\\\n"),
            ("dir".into(), "C:\\data\\".into())
        );
    }

    #[test]
    fn escapes_are_javas() {
        assert_eq!(pair("a\\=b=c\\u00e9\\t\\q"), ("a=b".into(), "cé\tq".into()));
        assert_eq!(pair("k=\\ud83d\\ude00").1, "😀");
        let error = parse("a=1\nk=\\u12", "zoo.cfg").unwrap_err();
        assert_eq!(
            error.to_string(),
            "zoo.cfg:2: expected four hexadecimal digits after \\u"
        );
    }
}
