//! The verdict's sentence as it stands in a window: whole where it fits, and else without the
//! facts that matter least. A fact is never cut in its middle.

use crate::text::wrap;

/// The most lines that it takes.
const LINES: usize = 2;

/// The sentence in at most [`LINES`] lines of so many columns.
#[must_use]
pub(super) fn lines(sentence: &str, columns: usize) -> Vec<String> {
    let mut facts: Vec<&str> = sentence.trim_end_matches('.').split("; ").collect();
    let mut said = sentence.to_owned();
    loop {
        let lines = wrap(&said, columns);
        if lines.len() <= LINES {
            return lines;
        }
        match facts.len() {
            // What stands before a colon says what the verdict's word says.
            0 | 1 => match said.split_once(": ") {
                Some((_, wrong)) => said = wrong.to_owned(),
                None => return in_whole_words(&said, columns),
            },
            // What is wrong stands first, and what it means for the writes last.
            many => {
                facts.remove((many - 1).min(1));
                said = format!("{}.", facts.join("; "));
            }
        }
    }
}

/// As many words as there is room for.
fn in_whole_words(text: &str, columns: usize) -> Vec<String> {
    let mut words: Vec<&str> = text.split(' ').collect();
    loop {
        let lines = wrap(&format!("{} …", words.join(" ")), columns);
        if lines.len() <= LINES || words.pop().is_none() {
            return lines;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN: &str = "zk2.prod:2181 hangs; 2 of 3 voters serve under leader zk1.prod:2181; one more \
                        loss stops writes.";

    #[test]
    fn what_does_not_fit_is_left_out_fact_by_fact() {
        assert_eq!(lines(DOWN, 105), [DOWN]);
        assert_eq!(
            lines(DOWN, 44),
            ["zk2.prod:2181 hangs; one more loss stops", "writes."]
        );
        assert_eq!(lines(DOWN, 20), ["zk2.prod:2181 hangs."]);
        assert_eq!(lines("", 20), [""; 0]);
    }

    #[test]
    fn what_the_word_before_it_says_is_left_out_last() {
        let text = "Writes have stopped for 5.6 s: zk2.prod:2181 hangs, zk1.prod:2181 is down; 1 of 3 \
                    voters serve under leader zk3.prod:2181; 2 must serve for writes.";
        assert_eq!(
            lines(text, 30),
            ["zk2.prod:2181 hangs,", "zk1.prod:2181 is down."]
        );
    }

    #[test]
    fn one_long_fact_is_cut_between_words() {
        let text = "zk1 and zk2 do not answer, zk3 is alive but not serving";
        assert_eq!(lines(text, 20), ["zk1 and zk2 do not", "answer, zk3 is …"]);
    }
}
