//! The palette that `:` opens: every key's action, every screen and every command, found by
//! what the operator types.
//!
//! It is made of the keymap and the table of commands, and of nothing else.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};

use super::ui::Screen;
use crate::{
    commands::{COMMANDS, ConsoleCommand},
    keymap::{
        Action, Binding,
        bound::{Bound, Keys},
    },
};

/// The longest line that is taken, characters.
pub const LONGEST: usize = 200;

/// What has been typed, and which of what was found is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    pub text: String,
    /// The place among the entries found.
    pub selected: usize,
}

/// What Enter does with an entry.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    /// Runs it: it has a meaning on the screen that is shown.
    Run(Action),
    /// Goes to the first screen on which the key has a meaning; it is not pressed there, as
    /// what it would act on has not been seen.
    GoTo(Screen),
    Command(&'static ConsoleCommand),
}

/// One line of the palette.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as the help writes it, or the command behind its colon.
    pub shown: String,
    pub name: &'static str,
    /// What may follow a command's name.
    pub arguments: &'static str,
    pub does: &'static str,
    pub choice: Choice,
}

impl Entry {
    /// What is searched.
    fn text(&self) -> String {
        format!("{} {} {}", self.name, self.does, self.shown)
    }
}

impl Palette {
    /// The entries that fit what was typed, the best first; all of them where nothing was.
    #[must_use]
    pub fn found(&self, keys: &Keys, screen: Screen) -> Vec<Entry> {
        let all = entries(keys, screen);
        if let Some(command) = self.command() {
            let is_it = |entry: &Entry| match entry.choice {
                Choice::Command(found) => found.name == command.name,
                Choice::Run(_) | Choice::GoTo(_) => false,
            };
            return all.into_iter().filter(is_it).collect();
        }
        let wanted = self.text.trim().trim_start_matches(':');
        if wanted.is_empty() {
            return all;
        }
        // A few letters of a name, or whole pieces of what explains it: Enter runs the first that
        // is found, and a word that nobody knows should run nothing.
        let (case, forms) = (CaseMatching::Ignore, Normalization::Smart);
        let of_name = Pattern::parse(wanted, case, forms);
        let of_words = Pattern::new(wanted, case, forms, AtomKind::Substring);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut score = |pattern: &Pattern, text: &str| {
            pattern.score(Utf32Str::new(text, &mut letters), &mut matcher)
        };
        let mut found: Vec<(u32, Entry)> = all
            .into_iter()
            .filter_map(|entry| {
                let name = score(&of_name, entry.name);
                let words = score(&of_words, &entry.text());
                let found = name.is_some() || words.is_some();
                let score = words.unwrap_or(0) + 2 * name.unwrap_or(0);
                found.then_some((score, entry))
            })
            .collect();
        // Stable: the tables' order among equals.
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    /// The command whose whole name was typed, alone or with arguments behind it.
    #[must_use]
    pub fn command(&self) -> Option<&'static ConsoleCommand> {
        let typed = self.text.trim().trim_start_matches(':');
        crate::commands::named(typed.split_whitespace().next()?)
    }

    /// What was typed behind the command's name.
    #[must_use]
    pub fn arguments(&self) -> Vec<&str> {
        self.text.split_whitespace().skip(1).collect()
    }
}

/// All entries: screens, what the keys do here, commands, what they do elsewhere.
fn entries(keys: &Keys, screen: Screen) -> Vec<Entry> {
    let here = |line: &&Bound| line.binding.is_on(screen) && is_listed(line.binding);
    let elsewhere = |line: &&Bound| !line.binding.is_on(screen) && is_listed(line.binding);
    let commands = COMMANDS.iter().map(|command| Entry {
        shown: ":".to_owned(),
        name: command.name,
        arguments: command.arguments,
        does: command.does,
        choice: Choice::Command(command),
    });
    let of = |line: &Bound| Entry {
        shown: line.shown.clone(),
        name: name(line.binding),
        arguments: "",
        does: line.binding.does,
        choice: match line.binding.screens.first() {
            Some(first) if !line.binding.is_on(screen) => Choice::GoTo(*first),
            _ => Choice::Run(line.binding.action),
        },
    };
    let mut all: Vec<Entry> = keys.all().filter(here).map(of).collect();
    all.extend(commands);
    all.extend(keys.all().filter(elsewhere).map(of));
    all
}

/// Moving about, and the palette itself, are not worth a line in it.
fn is_listed(binding: &Binding) -> bool {
    !matches!(
        binding.action,
        Action::Up
            | Action::Down
            | Action::Left
            | Action::Right
            | Action::PageUp
            | Action::PageDown
            | Action::Palette
    )
}

fn name(binding: &Binding) -> &'static str {
    match binding.action {
        Action::Show(screen) => screen.title(),
        _ => binding.footer.unwrap_or(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, screen: Screen) -> Vec<Entry> {
        let palette = Palette {
            text: text.to_owned(),
            selected: 0,
        };
        palette.found(&Keys::default(), screen)
    }

    #[test]
    fn every_screen_and_command_is_in_it() {
        let all = found("", Screen::Overview);
        for screen in Screen::ALL {
            assert!(all.iter().any(|entry| entry.name == screen.title()));
        }
        for command in COMMANDS {
            assert!(all.iter().any(|entry| entry.name == command.name));
        }
    }

    #[test]
    fn a_word_that_nobody_knows_finds_nothing() {
        for word in ["foo", "reboot", "xyzzy"] {
            let found = found(word, Screen::Overview);
            let names: Vec<_> = found.iter().map(|entry| entry.name).collect();
            assert_eq!(names, [""; 0], "{word}");
        }
    }

    #[test]
    fn a_few_letters_find_it() {
        let first = |text| found(text, Screen::Members).first().map(|entry| entry.name);
        assert_eq!(first("sess"), Some("Sessions"));
        assert_eq!(first("mtrc"), Some("Metrics"));
        assert_eq!(first("capab"), Some("capabilities"));
        assert_eq!(first("xqzw"), None);
    }

    #[test]
    fn a_command_keeps_its_arguments() {
        let palette = Palette {
            text: "maintenance all 30m OPS-1".to_owned(),
            selected: 0,
        };
        assert!(palette.command().is_some());
        assert_eq!(palette.arguments(), ["all", "30m", "OPS-1"]);
        assert_eq!(palette.found(&Keys::default(), Screen::Overview).len(), 1);
    }

    #[test]
    fn a_key_of_another_screen_leads_there_and_is_not_pressed() {
        let entry = &found("acknowledge", Screen::Members)[0];
        assert!(matches!(entry.choice, Choice::GoTo(Screen::Alarms)));
        let entry = &found("acknowledge", Screen::Alarms)[0];
        assert!(matches!(entry.choice, Choice::Run(Action::Acknowledge)));
    }
}
