//! Where in a line of text a person, a secret or a path stands.

use super::{HIDDEN, is_personal};
use crate::model::privacy::words;

/// ACL schemes whose id names somebody.
const SCHEMES: [&str; 5] = ["digest:", "sasl:", "x509:", "auth:", "super:"];

/// Keys whose values may hold spaces.
const NAMES: [&str; 5] = ["cn", "ou", "subject", "issuer", "owner"];

/// The text without what names a person or is a secret: `user=alice`, `alice@EXAMPLE.COM`,
/// `digest:alice:...`.
pub(super) fn without_people(text: &str) -> String {
    words::rewrite(text, |word, after, out| {
        if let Some(scheme) = SCHEMES.iter().find(|scheme| is_an_identity(word, scheme)) {
            out.push_str(scheme);
            out.push_str(HIDDEN);
            after.len() - after.trim_start_matches('=').len()
        } else if is_of_a_person(word) {
            out.push_str(HIDDEN);
            0
        } else if let Some((key, length)) = keyed(word, after) {
            out.push_str(&key);
            out.push_str(HIDDEN);
            length
        } else {
            out.push_str(word);
            0
        }
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

fn is_an_identity(word: &str, scheme: &str) -> bool {
    word.strip_prefix(scheme).is_some_and(|id| !id.is_empty())
}

/// `alice@EXAMPLE.COM`, `zookeeper/zk1@EXAMPLE.COM`.
fn is_of_a_person(word: &str) -> bool {
    let parts = word.split_once('@');
    parts.is_some_and(|(name, realm)| !name.is_empty() && !realm.is_empty())
}

/// The key that a word is, with the mark behind it, and how much of `after` its value takes;
/// `None` where it is none, or one that tells nothing of anyone.
fn keyed(word: &str, after: &str) -> Option<(String, usize)> {
    match word.split_once(':') {
        // `password: x`
        Some((key, "")) if is_personal(key) => {
            Some((format!("{key}: "), length_of_value(key, after)))
        }
        // `user:alice`
        Some((key, _)) if is_personal(key) => Some((format!("{key}:"), 0)),
        None if is_personal(word) => {
            let value = after.strip_prefix('=')?;
            Some((format!("{word}="), 1 + length_of_value(word, value)))
        }
        _ => None,
    }
}

/// Up to what ends a value: a name in a certificate may hold spaces, and ends at a comma.
fn length_of_value(key: &str, value: &str) -> usize {
    let is_a_name = NAMES.contains(&key.to_lowercase().as_str());
    let begins = value.len() - value.trim_start_matches(' ').len();
    begins + words::value_len(&value[begins..], is_a_name)
}
