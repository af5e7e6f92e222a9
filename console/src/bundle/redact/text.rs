//! Where in a line of text a person, a secret or a path stands.

use super::HIDDEN;
use crate::model::privacy::{named, words};

/// The text without what names a person or is a secret: `user=alice`, `alice@EXAMPLE.COM`,
/// `digest:alice:...`.
pub(super) fn without_people(text: &str) -> String {
    words::rewrite(text, |word, after, out| {
        let named = named(word, after);
        out.push_str(&word[..named.shown]);
        if named.shown < word.len() {
            out.push_str(HIDDEN);
            return named.value;
        }
        out.push_str(&after[..named.mark]);
        if named.value > 0 {
            out.push_str(HIDDEN);
        }
        named.mark + named.value
    })
}

/// Gives each path of the text to `replace`. A path begins with a slash that stands behind
/// nothing a path is made of: `and/or` is none.
pub(super) fn each_path(text: &str, mut replace: impl FnMut(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let begins = first == '/' && before.is_none_or(|c| !is_of_a_path(c));
        let length = match begins {
            true => rest.find(|c| !is_of_a_path(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        match begins {
            true => out.push_str(&replace(part)),
            false => out.push_str(part),
        }
        before = part.chars().last();
        rest = after;
    }
    out
}

fn is_of_a_path(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '@' | '+' | '#' | '%' | '~')
}
