//! Who is named in a line that others have written, a log's or a hook's: covered as addresses
//! are, letter by letter.

use super::{COVER, words};

/// Schemes whose id names somebody, or holds what a password can be tried against.
const SCHEMES: [&str; 6] = ["digest:", "sasl:", "x509:", "auth:", "super:", "os:"];
/// Keys whose value is a person or a secret, in lower case, up to a blank.
const KEYS: [&str; 11] = [
    "user",
    "username",
    "login",
    "principal",
    "authenticationid",
    "authorizationid",
    "password",
    "passwd",
    "secret",
    "email",
    "emailaddress",
];
/// Parts of a certificate's name, whose values may hold blanks and end at a comma.
const NAMES: [&str; 4] = ["cn", "o", "ou", "uid"];

/// The line with who is named in it covered; as many characters as before.
pub(super) fn cover(line: &str) -> String {
    words::rewrite(line, |word, after, out| {
        let shown = shown_of(word);
        out.push_str(&word[..shown]);
        hide(&word[shown..], out);
        if shown < word.len() {
            return 0;
        }
        let (mark, value) = value_of(word, after);
        out.push_str(&after[..mark]);
        hide(&after[mark..mark + value], out);
        mark + value
    })
}

fn hide(text: &str, out: &mut String) {
    out.extend(text.chars().map(|_| COVER));
}

/// How much of a word may be seen: all of it, but of `digest:ann:hash` the scheme, and of
/// `ann@desk` nothing.
fn shown_of(word: &str) -> usize {
    let names_one = |id: &str| !id.is_empty() && id != "USER:PASSWORD";
    let scheme = SCHEMES
        .iter()
        .find(|scheme| word.strip_prefix(**scheme).is_some_and(names_one));
    if let Some(scheme) = scheme {
        return scheme.len();
    }
    match word.split_once('@') {
        Some((who, place)) if !who.is_empty() && !place.is_empty() && !is_of_java(place) => 0,
        _ => word.len(),
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
    let lower = word.to_lowercase();
    // `password: x` has its mark in the word.
    let (key, mark) = match lower.strip_suffix(':') {
        Some(key) => (key, after.len() - after.trim_start_matches(' ').len()),
        None if after.starts_with('=') => (lower.as_str(), 1),
        None => return (0, 0),
    };
    let has_blanks = NAMES.contains(&key) && after.starts_with('=');
    if !KEYS.contains(&key) && !has_blanks {
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
                "got auth digest:▒▒▒▒▒▒▒= for 0x1",
            ),
            ("user=bob, id 3", "user=▒▒▒, id 3"),
            ("password: hunter2 ok", "password: ▒▒▒▒▒▒▒ ok"),
            ("2 here: you, ann@desk 14 m", "2 here: you, ▒▒▒▒▒▒▒▒ 14 m"),
            ("for zk, by CN=Ops CA, O=x y", "for zk, by CN=▒▒▒▒▒▒, O=▒▒▒"),
            ("os:ann done", "os:▒▒▒ done"),
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
