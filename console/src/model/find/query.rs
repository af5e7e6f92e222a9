//! What is looked for: words, globs and bounds, all of which must hold.
//!
//! `orders lock-* >64k children>1000 data:timeout` reads as: a path with "orders" in it, whose
//! last name begins with "lock-", above 64 KiB, with more than a thousand children, and with
//! "timeout" in its data.

use zoowarden_shared::stat::Stat;

use crate::model::tree::name;

/// Data above this, bytes, is not read to look into it.
pub const MAX_DATA_READ: i32 = 1 << 20;

/// How it is typed, for the prompt.
pub const SYNTAX: &str =
    "text or glob of the path   >64k larger   children>1000 wider   data:text content";

/// What a znode must be to be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// In the path, in lower case.
    words: Vec<String>,
    globs: Vec<Glob>,
    larger_than: Option<u64>,
    more_children_than: Option<u64>,
    /// In the data, in lower case.
    content: Option<String>,
}

/// A pattern: `*` any characters of one name, `**` of the path, `?` one character.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Glob {
    pattern: Vec<char>,
    /// It begins with `/`: of the whole path. Otherwise of the last name.
    is_absolute: bool,
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// A sentence on the term that is not understood, or that there is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut query = Self::default();
        for term in text.split_whitespace() {
            if let Some(number) = term.strip_prefix('>') {
                query.larger_than = Some(size(number, term)?);
            } else if let Some(number) = term.strip_prefix("children>") {
                query.more_children_than = Some(size(number, term)?);
            } else if let Some(content) = term.strip_prefix("data:") {
                if content.is_empty() {
                    return Err("data: needs the text to look for".to_owned());
                }
                query.content = Some(content.to_lowercase());
            } else if term.contains(['*', '?']) {
                query.globs.push(Glob {
                    pattern: term.chars().collect(),
                    is_absolute: term.starts_with('/'),
                });
            } else {
                query.words.push(term.to_lowercase());
            }
        }
        if query == Self::default() {
            return Err("nothing to look for".to_owned());
        }
        Ok(query)
    }

    /// Whether all holds that can be told without the data.
    #[must_use]
    pub fn fits(&self, path: &str, stat: &Stat) -> bool {
        let above = |bound: Option<u64>, value: i32| {
            bound.is_none_or(|bound| u64::try_from(value).is_ok_and(|value| value > bound))
        };
        let lower = path.to_lowercase();
        above(self.larger_than, stat.data_length)
            && above(self.more_children_than, stat.num_children)
            && self.words.iter().all(|word| lower.contains(word))
            && self.globs.iter().all(|glob| glob.matches(path))
    }

    /// Whether the data must be looked into.
    #[must_use]
    pub fn wants_data(&self) -> bool {
        self.content.is_some()
    }

    /// Whether the data is what is looked for; case is ignored, what is no UTF-8 replaced.
    #[must_use]
    pub fn fits_data(&self, data: &[u8]) -> bool {
        self.content.as_ref().is_none_or(|wanted| {
            String::from_utf8_lossy(data)
                .to_lowercase()
                .contains(wanted)
        })
    }

    /// Whether anything below this path can fit: with a pattern of whole paths most of the
    /// tree need not be walked.
    #[must_use]
    pub fn may_fit_below(&self, path: &str) -> bool {
        self.globs.iter().all(|glob| glob.may_match_below(path))
    }
}

impl Glob {
    fn matches(&self, path: &str) -> bool {
        let text: Vec<char> = if self.is_absolute {
            path.chars().collect()
        } else {
            name(path).chars().collect()
        };
        matches(&self.pattern, &text)
    }

    fn may_match_below(&self, path: &str) -> bool {
        if !self.is_absolute || path == "/" {
            return true;
        }
        let pattern: String = self.pattern.iter().collect();
        let mut wanted = pattern.split('/').skip(1);
        for part in path.split('/').skip(1) {
            match wanted.next() {
                None => return false,
                Some(wanted) if wanted.contains("**") => return true,
                Some(wanted) => {
                    let wanted: Vec<char> = wanted.chars().collect();
                    let part: Vec<char> = part.chars().collect();
                    if !matches(&wanted, &part) {
                        return false;
                    }
                }
            }
        }
        // It is a proper ancestor only if a name is still to come.
        wanted.next().is_some()
    }
}

/// Whether the pattern is all of the text. Linear in both but for one step back a `*`, so that
/// no pattern can hold the console up.
fn matches(pattern: &[char], text: &[char]) -> bool {
    // For each prefix of the pattern, whether it matches the text read so far.
    let mut state = vec![false; pattern.len() + 1];
    state[0] = true;
    let close = |state: &mut Vec<bool>| {
        for at in 0..pattern.len() {
            if state[at] && pattern[at] == '*' {
                state[at + 1] = true;
            }
        }
    };
    close(&mut state);
    for c in text {
        let mut next = vec![false; pattern.len() + 1];
        for at in (0..pattern.len()).filter(|at| state[*at]) {
            match pattern[at] {
                '*' => {
                    let is_deep =
                        pattern.get(at + 1) == Some(&'*') || (at > 0 && pattern[at - 1] == '*');
                    next[at] |= *c != '/' || is_deep;
                }
                '?' => next[at + 1] |= *c != '/',
                own => next[at + 1] |= own == *c,
            }
        }
        close(&mut next);
        state = next;
    }
    state[pattern.len()]
}

/// `64k`, `2M`, `1000`.
fn size(text: &str, term: &str) -> Result<u64, String> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1 << 20),
        _ => (text, 1_u64),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| format!("{term}: a number is wanted behind >, such as >1000 or >64k"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(query: &str, path: &str) -> bool {
        Query::parse(query).unwrap().fits(path, &Stat::default())
    }

    #[test]
    fn words_are_of_the_path_and_globs_of_the_last_name() {
        assert!(fits("ORDERS", "/locks/orders/x"));
        assert!(!fits("orders stock", "/locks/orders"));
        assert!(fits("lock-*", "/a/lock-0001") && !fits("lock-*", "/lock-1/a"));
        assert!(fits("lock-?", "/lock-1") && !fits("lock-?", "/lock-12"));
    }

    #[test]
    fn a_glob_from_the_root_is_of_the_whole_path() {
        assert!(fits("/a/*/c", "/a/b/c") && !fits("/a/*/c", "/a/b/b/c"));
        assert!(fits("/a/**", "/a/b/b/c") && fits("/**/c", "/a/b/c"));
        assert!(!fits("/a/**", "/b/a"));
    }

    #[test]
    fn only_what_can_fit_is_walked() {
        let query = Query::parse("/a/*/c").unwrap();
        for (path, walked) in [
            ("/", true),
            ("/a", true),
            ("/a/b", true),
            ("/b", false),
            ("/a/b/c", false),
        ] {
            assert_eq!(query.may_fit_below(path), walked, "{path}");
        }
        assert!(Query::parse("/a/**").unwrap().may_fit_below("/a/b/c/d"));
        assert!(Query::parse("x*").unwrap().may_fit_below("/a/b/c/d"));
    }

    #[test]
    fn bounds_are_exclusive_and_have_units() {
        let stat = Stat {
            data_length: 2048,
            num_children: 10,
            ..Stat::default()
        };
        let fits = |text: &str| Query::parse(text).unwrap().fits("/x", &stat);
        assert!(fits(">2047") && !fits(">2k") && fits(">1k children>9") && !fits("children>10"));
    }

    #[test]
    fn content_is_looked_for_without_case() {
        let query = Query::parse("data:TimeOut").unwrap();
        assert!(query.wants_data() && query.fits_data(b"{\"timeout\": \xff}"));
        assert!(!query.fits_data(b"time out"));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for text in [
            "",
            "  ",
            ">",
            ">x",
            "children>-1",
            "data:",
            ">99999999999999999999",
        ] {
            assert!(Query::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn no_pattern_holds_the_console_up() {
        let pattern = format!("/{}", "*a".repeat(100));
        assert!(!fits(&pattern, &format!("/{}b", "a".repeat(2000))));
    }
}
