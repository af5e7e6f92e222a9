//! The keys as they are on this console: the table, with what the operator has bound otherwise.
//!
//! Letters, signs and Ctrl-letters can be bound. Enter, Esc, Tab, the arrows and the like keep
//! their meaning, as do the keys of gates, lists and text fields, which no table has: whoever
//! sits down at another's console gets out of everything the way they know.

use super::{
    Action, Binding, DRILL_KEYMAP, FLEET_KEYMAP, KEYMAP, Key, REPLAY_KEYMAP, names::written,
};
use crate::model::ui::Screen;

/// One line of the table with its keys.
#[derive(Clone, Debug)]
pub struct Bound {
    pub binding: &'static Binding,
    pub keys: Vec<Key>,
    /// The keys as help and footer write them.
    pub shown: String,
}

/// Keys for an action, in the place of the table's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebinding {
    pub action: Action,
    /// At least one.
    pub keys: Vec<Key>,
}

/// A key that would mean two things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub key: Key,
    pub screen: Screen,
    pub actions: [Action; 2],
}

/// All keys, in the order of the table.
#[derive(Clone, Debug)]
pub struct Keys {
    lines: Vec<Bound>,
}

impl Default for Keys {
    /// The table's own, as they are on an ensemble that others run.
    fn default() -> Self {
        Self::new(&[], false)
    }
}

impl Keys {
    /// The table with these in it; what breaks something is there in a demo alone.
    #[must_use]
    pub fn new(rebindings: &[Rebinding], in_a_demo: bool) -> Self {
        let lines = KEYMAP
            .iter()
            .filter(|line| in_a_demo || line.action != Action::Break);
        Self {
            lines: lines.map(|line| bound(line, rebindings)).collect(),
        }
    }

    /// Those of the fleet's screen, with these in it.
    #[must_use]
    pub fn of_the_fleet(rebindings: &[Rebinding]) -> Self {
        let lines = FLEET_KEYMAP.iter();
        Self {
            lines: lines.map(|line| bound(line, rebindings)).collect(),
        }
    }

    /// Them, and before them those of a replay, with these in it.
    #[must_use]
    pub fn in_a_replay(self, rebindings: &[Rebinding]) -> Self {
        self.after(REPLAY_KEYMAP, rebindings)
    }

    /// Them, and before them those of a drill.
    #[must_use]
    pub fn in_a_drill(self) -> Self {
        self.after(DRILL_KEYMAP, &[])
    }

    fn after(mut self, first: &'static [Binding], rebindings: &[Rebinding]) -> Self {
        let first = first.iter().map(|line| bound(line, rebindings));
        self.lines.splice(..0, first);
        self
    }

    /// The lines with a meaning on a screen.
    pub fn on(&self, screen: Screen) -> impl Iterator<Item = &Bound> {
        self.lines
            .iter()
            .filter(move |line| line.binding.is_on(screen))
    }

    /// All lines.
    pub fn all(&self) -> impl Iterator<Item = &Bound> {
        self.lines.iter()
    }

    /// The action of a key on a screen.
    #[must_use]
    pub fn action(&self, key: Key, screen: Screen) -> Option<Action> {
        self.on(screen)
            .find(|line| line.keys.contains(&key))
            .map(|line| line.binding.action)
    }

    /// The first key that means two things on one screen.
    #[must_use]
    pub fn conflict(&self) -> Option<Conflict> {
        for screen in Screen::ALL {
            let mut seen: Vec<(Key, Action)> = Vec::new();
            for line in self.on(screen) {
                for key in &line.keys {
                    if let Some((_, other)) = seen.iter().find(|(known, _)| known == key) {
                        return Some(Conflict {
                            key: *key,
                            screen,
                            actions: [*other, line.binding.action],
                        });
                    }
                    seen.push((*key, line.binding.action));
                }
            }
        }
        None
    }
}

/// A line with its keys: the operator's where there are any for its action.
fn bound(line: &'static Binding, rebindings: &[Rebinding]) -> Bound {
    let other = rebindings.iter().find(|other| other.action == line.action);
    match other.filter(|_| line.can_be_bound()) {
        Some(other) => rebound(line, &other.keys),
        None => Bound {
            binding: line,
            keys: line.keys.to_vec(),
            shown: line.shown.to_owned(),
        },
    }
}

/// A line with other letters; the keys that are no letters stay.
fn rebound(line: &'static Binding, letters: &[Key]) -> Bound {
    let kept = line.keys.iter().filter(|key| !key.is_letter());
    let keys: Vec<Key> = kept.chain(letters).copied().collect();
    let shown: Vec<String> = keys.iter().map(|key| written(*key)).collect();
    Bound {
        binding: line,
        shown: shown.join(" "),
        keys,
    }
}

impl Binding {
    /// Whether it has letters that others can stand for. Ctrl-C quits, whatever is bound.
    #[must_use]
    pub fn can_be_bound(&self) -> bool {
        self.action != Action::Quit && self.keys.iter().any(|key| key.is_letter())
    }
}

impl Key {
    /// Whether it is a letter, a digit or a sign, alone or with Ctrl.
    #[must_use]
    pub fn is_letter(self) -> bool {
        matches!(self, Self::Char(_) | Self::Ctrl(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_on_one_screen() {
        assert_eq!(Keys::new(&[], true).conflict(), None);
        assert_eq!(Keys::default().in_a_replay(&[]).conflict(), None);
        assert_eq!(Keys::of_the_fleet(&[]).conflict(), None);
    }

    #[test]
    fn every_screen_has_its_key() {
        for screen in Screen::ALL {
            let key = Key::Char(screen.key());
            let found = Keys::default().action(key, Screen::Members);
            assert_eq!(found, Some(Action::Show(screen)));
        }
    }

    #[test]
    fn a_letter_can_be_another_and_what_is_no_letter_stays() {
        let down = Rebinding {
            action: Action::Down,
            keys: vec![Key::Char('n')],
        };
        let keys = Keys::new(std::slice::from_ref(&down), false);
        let on_members = |key| keys.action(key, Screen::Members);
        assert_eq!(on_members(Key::Down), Some(Action::Down));
        assert_eq!(on_members(Key::Char('j')), None);
        let line = keys.on(Screen::Members);
        let mut line = line.filter(|line| line.binding.action == Action::Down);
        assert_eq!(line.next().unwrap().shown, "↓ n");
        let conflict = keys.conflict().unwrap();
        assert_eq!(conflict.key, Key::Char('n'));
        assert!(conflict.actions.contains(&Action::NextFault));
    }

    #[test]
    fn what_breaks_something_is_in_a_demo_alone() {
        let key = Key::Char('B');
        assert_eq!(Keys::default().action(key, Screen::Overview), None);
        let in_a_demo = Keys::new(&[], true);
        assert_eq!(in_a_demo.action(key, Screen::Overview), Some(Action::Break));
    }
}
