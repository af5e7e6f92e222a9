//! A line that others have written, word by word: for what covers people in it, and for what
//! leaves them out.

/// The line as `each` writes it anew: it is given a word and all that follows that, writes what
/// stands for the word, and says how much of what follows it has dealt with, bytes. What is
/// between words stays.
pub(crate) fn rewrite(
    line: &str,
    mut each: impl FnMut(&str, &str, &mut String) -> usize,
) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if !is_of_a_word(first) {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let end = rest.find(|c| !is_of_a_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let dealt_with = each(word, after, &mut out);
        rest = &after[dealt_with..];
    }
    out
}

/// How long the value is with which a text begins, bytes: a name in a certificate may hold
/// blanks, and ends at a comma.
pub(crate) fn value_len(text: &str, has_blanks: bool) -> usize {
    let ends = |c: char| {
        matches!(c, ',' | ';' | ')' | ']' | '"' | '\'') || (c.is_whitespace() && !has_blanks)
    };
    text.find(ends).unwrap_or(text.len())
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | ':' | '+')
}
