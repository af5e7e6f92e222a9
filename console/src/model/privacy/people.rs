//! Who is named in a line that others have written, a log's or a hook's, and what in it may be a
//! secret: one list, for what covers them letter by letter on the screen and for what leaves them
//! out of a bundle. What is doubtful counts as a name.

use super::{COVER, words};

/// Schemes whose id names somebody, or holds what a password can be tried against.
const SCHEMES: [&str; 6] = ["digest:", "sasl:", "x509:", "auth:", "super:", "os:"];
/// Keys whose value names a person or is a secret, in lower case.
const KEYS: [&str; 16] = [
    "user",
    "username",
    "login",
    "operator",
    "principal",
    "authenticationid",
    "authorizationid",
    "owner",
    "issuer",
    "subject",
    "ticket",
    "cn",
    "ou",
    "uid",
    "emailaddress",
    "email",
];
/// The same by a part of their names.
const SECRET: [&str; 4] = ["password", "passwd", "secret", "digest"];
/// Keys whose values may hold blanks behind an equals sign, and end at a comma: of a certificate.
const NAMES: [&str; 7] = ["cn", "o", "ou", "uid", "subject", "issuer", "owner"];
/// What our own help calls a secret.
const EXAMPLE: &str = "USER:PASSWORD";

/// What of a word, and of what follows it, names somebody; bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Of the word, how much may be seen.
    pub(crate) shown: usize,
    /// Behind the word, what may: the mark between key and value.
    pub(crate) mark: usize,
    /// Behind that, what may not.
    pub(crate) value: usize,
}

/// The line with who is named in it covered; as many characters as before.
pub(super) fn cover(line: &str) -> String {
    words::rewrite(line, |word, after, out| {
        let named = named(word, after);
        let end = named.mark + named.value;
        out.push_str(&word[..named.shown]);
        hide(&word[named.shown..], out);
        out.push_str(&after[..named.mark]);
        hide(&after[named.mark..end], out);
        end
    })
}

fn hide(text: &str, out: &mut String) {
    out.extend(text.chars().map(|_| COVER));
}

/// Whether a key's value names a person or is a secret.
pub(crate) fn is_personal(key: &str) -> bool {
    let key = key.to_lowercase();
    KEYS.contains(&key.as_str()) || SECRET.iter().any(|part| key.contains(part))
}

/// What is to be hidden of this word and of what follows it.
pub(crate) fn named(word: &str, after: &str) -> Named {
    let (shown, value) = shown_of(word, after);
    if shown < word.len() {
        return Named {
            shown,
            mark: 0,
            value,
        };
    }
    let (mark, value) = value_of(word, after);
    Named { shown, mark, value }
}

/// How much of a word may be seen: all of it, but of `digest:ann:hash` the scheme, of `user:ann`
/// the key, and of `ann@desk` nothing; and how much of what follows belongs to what may not.
fn shown_of(word: &str, after: &str) -> (usize, usize) {
    let names_one = |id: &str| !id.is_empty() && id != EXAMPLE;
    let scheme = SCHEMES
        .iter()
        .find(|scheme| word.strip_prefix(**scheme).is_some_and(names_one));
    if let Some(scheme) = scheme {
        // The padding of a hash.
        return (
            scheme.len(),
            after.len() - after.trim_start_matches('=').len(),
        );
    }
    if let Some((key, value)) = word.split_once(':')
        && !value.is_empty()
        && word != EXAMPLE
        && is_personal(key)
    {
        return (key.len() + 1, 0);
    }
    match word.split_once('@') {
        Some((who, place)) if !who.is_empty() && !place.is_empty() && !is_of_java(place) => (0, 0),
        _ => (word.len(), 0),
    }
}

/// What stands behind an @ in Apache's logs: `QuorumPeer@1234`, a line, or `Learner@1b28cdfa`,
/// an object.
fn is_of_java(place: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    place.chars().all(digit)
        || ((6..=8).contains(&place.len())
            && place.contains(digit)
            && place.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Where behind this word the value begins that it is the key of, and how long that is; both 0
/// where it is no such key.
fn value_of(word: &str, after: &str) -> (usize, usize) {
    // `password: x` has its mark in the word.
    let (key, mark) = match word.strip_suffix(':') {
        Some(key) => (key, after.len() - after.trim_start_matches(' ').len()),
        None if after.starts_with('=') => (word, 1),
        None => return (0, 0),
    };
    let is_of_a_certificate = NAMES.contains(&key.to_lowercase().as_str());
    let has_blanks = is_of_a_certificate && after.starts_with('=');
    if !is_personal(key) && !has_blanks {
        return (0, 0);
    }
    (mark, words::value_len(&after[mark..], has_blanks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_secrets_are_covered_and_the_line_keeps_its_length() {
        for (line, shown) in [
            (
                "got auth digest:ann:aGk= for 0x1",
                "got auth digest:▒▒▒▒▒▒▒▒ for 0x1",
            ),
            ("user=bob, id 3", "user=▒▒▒, id 3"),
            ("password: hunter2 ok", "password: ▒▒▒▒▒▒▒ ok"),
            ("2 here: you, ann@desk 14 m", "2 here: you, ▒▒▒▒▒▒▒▒ 14 m"),
            ("for zk, by CN=Ops CA, O=x y", "for zk, by CN=▒▒▒▒▒▒, O=▒▒▒"),
            ("os:ann done", "os:▒▒▒ done"),
            ("operator=ann user:bob", "operator=▒▒▒ user:▒▒▒"),
            (
                "ticket: OPS-1 adminPassword=x",
                "ticket: ▒▒▒▒▒ adminPassword=▒",
            ),
        ] {
            assert_eq!(cover(line), shown);
        }
    }

    #[test]
    fn nothing_else_is() {
        for line in [
            "12:04:37,118 [myid:1] - INFO  [main:QuorumPeer@1234] - LEADING",
            "tickTime of Learner@1b28cdfa",
            "-H 'Authorization: digest USER:PASSWORD'",
            "digest = { file = \"~/.zk/digest\" }",
            "a user is there: user, login",
        ] {
            assert_eq!(cover(line), line);
        }
    }
}
