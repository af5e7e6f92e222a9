//! Text from outside made safe to draw, and fitted to a number of columns.
//!
//! Znode names, data and addresses are written by others: an escape sequence in one of them
//! must not reach the operator's terminal, and a bidirectional override must not make one
//! name look like another (CVE-2021-42574).

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Which side of its column a text stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// The text with every character that could move the cursor, reorder the line or hide itself
/// written out as an escape (`\x1b`, `\u{202e}`).
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_plain(c) {
            out.push(c);
        } else if (c as u32) < 0x100 {
            out.push_str(&format!("\\x{:02x}", c as u32));
        } else {
            out.push_str(&format!("\\u{{{:x}}}", c as u32));
        }
    }
    out
}

/// Whether a character draws itself and nothing else: no control, no format character, no
/// combining mark that would change its neighbour's cell.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
        && c.width().is_some_and(|width| width > 0)
}

/// How many terminal columns the text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text in exactly this many columns: cut with `…`, or padded.
#[must_use]
pub fn fit(text: &str, columns: usize, align: Align) -> String {
    let cut = cut(text, columns);
    let padding = " ".repeat(columns.saturating_sub(cut.width()));
    match align {
        Align::Left => cut + &padding,
        Align::Right => padding + &cut,
    }
}

/// The text in at most this many columns, cut with `…`.
#[must_use]
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if used + width + 1 > columns {
            break;
        }
        used += width;
        out.push(c);
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The same, cut in its middle: what tells long names apart is often their end, such as the
/// number of a sequential znode.
#[must_use]
pub fn cut_middle(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let tail_room = columns.saturating_sub(1) / 2;
    let mut tail = Vec::new();
    let mut used = 0;
    for c in text.chars().rev() {
        used += c.width().unwrap_or(0);
        if used > tail_room {
            break;
        }
        tail.push(c);
    }
    let tail: String = tail.into_iter().rev().collect();
    cut(text, columns.saturating_sub(tail.width())) + &tail
}

/// The text broken at spaces into lines of at most this many columns; a longer word is broken
/// where it must be.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + word.width() <= columns {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if line.width() + c.width().unwrap_or(0) > columns && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A count with separators: `1,907`.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// So many of something: `1 watch`, `1,204 watches`.
#[must_use]
pub fn many(n: u64, one: &str, more: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { more })
}

/// The sum of what is told: `?` where that says nothing, `≥39` where some do not tell.
#[must_use]
pub fn total(told: &[Option<u64>]) -> String {
    let sum = told
        .iter()
        .flatten()
        .fold(0_u64, |sum, n| sum.saturating_add(*n));
    let are_all_told = !told.is_empty() && told.iter().all(Option::is_some);
    match sum {
        _ if are_all_told => count(sum),
        0 => "?".to_owned(),
        _ => format!("≥{}", count(sum)),
    }
}

/// Bytes, in the largest unit that leaves a whole number of three digits or more.
#[must_use]
pub fn bytes(n: u64) -> String {
    match n {
        0..=9_999 => format!("{} B", count(n)),
        10_000..=9_999_999 => format!("{} KB", count(n / 1000)),
        10_000_000..=9_999_999_999 => format!("{} MB", count(n / 1_000_000)),
        _ => format!("{} GB", count(n / 1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_can_steer_the_terminal() {
        assert_eq!(
            clean("a\x1b[2Jb\n\u{9b}c\u{202e}d"),
            "a\\x1b[2Jb\\x0a\\x9bc\\u{202e}d"
        );
        assert_eq!(clean("znode-é-動物"), "znode-é-動物");
        assert_eq!(
            clean("e\u{301}"),
            "e\\u{301}",
            "combining marks are written out"
        );
    }

    #[test]
    fn a_sum_of_what_few_tell_is_a_least_and_of_nothing_is_not_known() {
        assert_eq!(total(&[Some(15), Some(1_024)]), "1,039");
        assert_eq!(total(&[Some(0), Some(0)]), "0");
        assert_eq!(total(&[Some(15), None]), "≥15");
        assert_eq!(total(&[Some(0), None]), "?", "at least none says nothing");
        assert_eq!(total(&[None]), "?");
        assert_eq!(total(&[]), "?");
    }

    #[test]
    fn fitting_counts_columns_not_characters() {
        assert_eq!(fit("動物園", 5, Align::Left), "動物…");
        assert_eq!(fit("動物", 5, Align::Right), " 動物");
        assert_eq!(
            fit("動物園x", 6, Align::Left),
            "動物… ",
            "half a wide character is not drawn"
        );
        assert_eq!(fit("abc", 0, Align::Left), "");
    }

    #[test]
    fn a_name_cut_in_its_middle_keeps_its_end() {
        assert_eq!(cut_middle("lock-0000000017", 12), "lock-0…00017");
        assert_eq!(cut_middle("lock-17", 7), "lock-17");
        assert_eq!(cut_middle("動物園動物", 6), "動…物");
        assert_eq!(cut_middle("abc", 1), "…");
        assert_eq!(cut_middle("abc", 0), "");
    }

    #[test]
    fn wrapping_keeps_words_and_breaks_giants() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    }

    #[test]
    fn counts_have_separators() {
        let shown: Vec<_> = [0, 999, 1_907, 1_234_567].into_iter().map(count).collect();
        assert_eq!(shown, ["0", "999", "1,907", "1,234,567"]);
    }
}
