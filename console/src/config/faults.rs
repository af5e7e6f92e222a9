//! All that is wrong with a console.toml. The settings tell the first thing; here it is noted,
//! taken out of the text, and what is left is read again, until nothing is wrong any more.

use std::collections::BTreeMap;

use crate::settings::{Settings, SettingsError, parse};

/// So many faults are told; nobody mends more at once.
const MOST: usize = 100;
/// Lines that a value is looked for in, each way.
const LONGEST_VALUE: usize = 12;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// What was expected there.
    pub message: String,
}

/// What is wrong, by lines, and what the rest says.
#[must_use]
pub fn all(text: &str) -> (Vec<Fault>, Settings) {
    let mut rest = Rest::new(text);
    let mut faults: Vec<Fault> = Vec::new();
    while faults.len() < MOST {
        let (line, message) = match parse(&rest.text(), "") {
            Ok(settings) => {
                faults.sort();
                return (faults, settings);
            }
            Err(SettingsError::Content { line, message, .. }) => (line, message),
            Err(SettingsError::Read { source, .. }) => (1, source.to_string()),
        };
        let at = (line - 1).min(rest.lines.len().saturating_sub(1));
        let section = rest.section_of(at);
        let is_missing = message.starts_with("missing field");
        // What is missing may be what was taken out.
        if !(is_missing && rest.mended.contains_key(&section)) {
            let message = message.trim().replace('\n', "; ");
            faults.push(Fault { line, message });
        }
        let has_mended = match is_missing {
            true => rest.stand_in(section, &message) || rest.take_section(section),
            false => rest.take(at),
        };
        if !has_mended {
            break;
        }
    }
    faults.sort();
    (faults, Settings::default())
}

/// The text without what was taken out; its lines keep their numbers.
struct Rest {
    lines: Vec<String>,
    /// By the first line of a section, a line of it out of which something was taken.
    mended: BTreeMap<usize, usize>,
}

impl Rest {
    fn new(text: &str) -> Self {
        Self {
            lines: text.lines().map(str::to_owned).collect(),
            mended: BTreeMap::new(),
        }
    }

    /// Puts something valid in the place of a key that must be there and was taken out, so that
    /// the rest of its section is still read. Tells whether it could.
    fn stand_in(&mut self, section: usize, message: &str) -> bool {
        let Some(&at) = self.mended.get(&section) else {
            return false;
        };
        let text = match message.split('`').nth(1) {
            Some("name") => format!("name = \"{at}\""),
            Some("connect") => "connect = [\"localhost:1\"]".to_owned(),
            Some("url") => "url = \"http://localhost\"".to_owned(),
            _ => return false,
        };
        let is_free = self
            .lines
            .get(at)
            .is_some_and(|line| line.trim().is_empty());
        if is_free {
            self.lines[at] = text;
        }
        is_free
    }

    fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    /// The line with the header above this one, itself included; 0 above the first.
    fn section_of(&self, at: usize) -> usize {
        let has_header = |index: &usize| {
            self.lines
                .get(*index)
                .is_some_and(|line| header(line).is_some())
        };
        (0..=at).rev().find(has_header).unwrap_or(0)
    }

    /// Takes out what stands in a line, with the lines around it that are nothing without it.
    /// Tells whether there was any.
    fn take(&mut self, at: usize) -> bool {
        let section = self.section_of(at);
        match self.lines.get(at) {
            Some(line) if !line.trim().is_empty() => {}
            _ => return false,
        }
        if header(&self.lines[at]).is_some() {
            return self.take_section(at);
        }
        let was_whole = is_toml(&self.text());
        self.mended.insert(section, at);
        let whole = self.lines.clone();
        let first = section.max(at.saturating_sub(LONGEST_VALUE));
        let last = (at + LONGEST_VALUE).min(whole.len() - 1);
        // The least that leaves a text that can be read.
        for from in (first..=at).rev() {
            for to in at..=last {
                self.lines[to].clear();
                self.lines[from].clear();
                if !was_whole || is_toml(&self.text()) {
                    return true;
                }
            }
            self.lines[at..=last].clone_from_slice(&whole[at..=last]);
        }
        self.lines = whole;
        self.take_section(section)
    }

    /// Takes out a section and what belongs to it. Tells whether there was any.
    fn take_section(&mut self, from: usize) -> bool {
        let name = self.lines.get(from).and_then(|line| header(line));
        let below = name.map(|name| format!("{name}."));
        let mut has_taken = false;
        for index in from..self.lines.len() {
            let other = header(&self.lines[index]).filter(|_| index > from);
            let is_part =
                |other: &str| below.as_ref().is_some_and(|below| other.starts_with(below));
            if other.is_some_and(|other| !is_part(other)) {
                break;
            }
            has_taken |= !self.lines[index].trim().is_empty();
            self.lines[index].clear();
        }
        has_taken
    }
}

/// The name of the section that a line opens.
pub(super) fn header(line: &str) -> Option<&str> {
    let inner = line.trim_start().strip_prefix('[')?;
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    let (name, _) = inner.split_once(']')?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '"' | ' ');
    name.chars().all(is_name).then_some(name.trim())
}

fn is_toml(text: &str) -> bool {
    text.parse::<toml::Table>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(usize, String)> {
        let (faults, _) = all(text);
        faults
            .into_iter()
            .map(|fault| (fault.line, fault.message))
            .collect()
    }

    #[test]
    fn nothing_is_wrong_with_nothing() {
        assert_eq!(told(""), []);
    }

    #[test]
    fn each_fault_is_told_once_by_its_line() {
        let text = "[[cluster]]\n\
                    name = \"a\"\n\
                    conect = [\"zk1:2181\"]\n\
                    connect = [\"zk1:2181\",\n\
                    \"zk2\"]\n\
                    colour = \"mauve\"\n\
                    [cluster.tls]\n\
                    ca = \"ca.pem\"\n\
                    [[cluster]]\n\
                    name = \"a\"\n\
                    connect = []\n\
                    [ui]\n\
                    theme = 3\n\
                    [keys]\n\
                    nxt = \"n\"\n\
                    filter = \"Enter\"\n\
                    [alarms]\n\
                    reminder_hours = 0\n";
        let told = told(text);
        let lines: Vec<usize> = told.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 5, 6, 8, 10, 11, 13, 15, 16, 18], "{told:#?}");
    }

    #[test]
    fn what_is_missing_is_told_where_nothing_was_taken_out() {
        let told =
            told("[[cluster]]\nname = \"a\"\n[[cluster]]\nname = \"b\"\nconnect = [\"x:1\"]\n");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].1.contains("connect"));
    }

    #[test]
    fn broken_toml_ends_too() {
        for text in [
            "[",
            "a = [\n1,\n",
            "a = \"\"\"\n",
            "[[cluster]\n= 3\n]]",
            "\u{0}",
        ] {
            assert!(!told(text).is_empty(), "{text:?}");
        }
    }
}
