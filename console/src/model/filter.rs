//! The filter that `/` opens: rows that contain the text, or with `!` before it, that do not.

/// A filter on the rows of one screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter(pub String);

impl Filter {
    /// Whether a row with this text is drawn. Case is ignored; words are all wanted.
    #[must_use]
    pub fn passes(&self, row: &str) -> bool {
        let (inverted, wanted) = match self.0.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, self.0.as_str()),
        };
        if wanted.trim().is_empty() {
            return true;
        }
        let row = row.to_lowercase();
        let all = wanted
            .to_lowercase()
            .split_whitespace()
            .all(|word| row.contains(word));
        all != inverted
    }

    /// Whether it holds anything back.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.trim_start_matches('!').trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_wants_every_word_and_inverts() {
        let passes = |filter: &str, row: &str| Filter(filter.into()).passes(row);
        assert!(passes("", "zk1") && passes("!", "zk1"));
        assert!(passes("ZK1 foll", "1 zk1 follower"));
        assert!(!passes("zk1 leader", "1 zk1 follower"));
        assert!(passes("!leader", "1 zk1 follower") && !passes("!foll", "1 zk1 follower"));
    }
}
