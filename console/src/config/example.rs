//! A console.toml with every key in it, commented out. The alarms' rules and the keys are
//! written from their own tables.

use std::fmt::Write as _;

use crate::{
    keymap::{bound::Keys, names},
    model::alarm::rules,
};

const HEAD: &str = include_str!("example.toml");

/// The whole example.
#[must_use]
pub fn text() -> String {
    let mut text = HEAD.to_owned();
    for rule in rules::all() {
        let about = rule.about();
        // Writing to a string does not fail.
        let _ = writeln!(text, "#[alarms.rules.{}]   # {}", about.name, about.watches);
        let _ = writeln!(text, "#enabled = true");
        if let Some(may) = about.threshold {
            let (usual, least, most, unit) = (may.usual, may.least, may.most, may.unit);
            let _ = writeln!(text, "#threshold = {usual}   # {least} to {most}, {unit}");
        }
    }
    text.push_str(
        "\n# -- keys: an action's name = its key, or a list of keys --------------------------------------\n\
         # Enter, Esc, Tab and the arrows keep their meaning, and so do the keys of gates, lists and\n\
         # text fields. A key that would mean two things on one screen is refused.\n\
         #[keys]\n",
    );
    let all = Keys::new(&[], true).in_a_replay(&[]);
    for action in names::bindable() {
        let lines = all.all().filter(|line| line.binding.action == action);
        let Some(line) = lines.into_iter().find(|line| line.binding.can_be_bound()) else {
            continue;
        };
        let letters = line.keys.iter().filter(|key| key.is_letter());
        let letters: Vec<String> = letters
            .map(|key| format!("\"{}\"", names::written(*key)))
            .collect();
        let keys = match &letters[..] {
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        let name = names::name(action);
        let _ = writeln!(text, "#{name} = {keys}   # {}", line.binding.does);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::faults,
        settings::{Settings, parse},
    };

    /// What stands right behind a `#` is a setting; behind a blank it is a comment.
    fn uncommented() -> String {
        let lines = text();
        let lines = lines.lines().map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest.to_owned(),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    }

    #[test]
    fn as_it_is_it_changes_nothing() {
        assert_eq!(parse(&text(), "example").unwrap(), Settings::default());
    }

    #[test]
    fn with_all_of_it_in_force_nothing_is_wrong() {
        let (found, settings) = faults::all(&uncommented());
        assert_eq!(found, []);
        assert_eq!(settings.clusters.len(), 1);
        assert_eq!(settings.keys.len(), names::bindable().len());
    }

    #[test]
    fn every_key_is_in_it() {
        let whole = uncommented();
        let mut sections = 0;
        for (number, line) in whole.lines().enumerate() {
            let Some(section) = faults::header(line) else {
                continue;
            };
            let mut lines: Vec<&str> = whole.lines().collect();
            lines.insert(number + 1, "zz_unknown = 1");
            let Err(told) = parse(&(lines.join("\n") + "\n"), "x") else {
                panic!("{section} takes any key");
            };
            // `unknown field `zz_unknown`, expected one of `a`, `b``: where names are fixed.
            let told = told.to_string();
            let Some((_, known)) = told.split_once(", expected ") else {
                continue;
            };
            sections += 1;
            for key in known.split('`').skip(1).step_by(2) {
                let stands = whole.lines().any(|line| {
                    let is_key = line
                        .strip_prefix(key)
                        .is_some_and(|rest| rest.starts_with(" ="));
                    let has_it = |name: &str| name.split('.').any(|part| part == key);
                    is_key || faults::header(line).is_some_and(has_it)
                });
                assert!(stands, "[{section}] {key} is missing");
            }
        }
        assert!(sections >= 8, "{sections}");
    }
}
