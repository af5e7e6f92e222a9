//! What console.toml calls keys and actions: `next-fault = "N"`, `down = ["j", "Ctrl-n"]`.

use super::{Action, KEYMAP, Key, REPLAY_KEYMAP, modes::SECOND_MS};
use crate::model::{
    replay::{ReplayKey, Way},
    ui::Screen,
};

/// Ctrl with these is what a terminal sends for Backspace, Tab, Enter and Esc, or quits.
const NO_CTRL: &[char] = &['c', 'h', 'i', 'j', 'm', '['];

/// A key by its name: a letter, digit or sign as it is typed, `Space`, or `Ctrl-x`.
///
/// # Errors
/// What was expected, in words.
pub fn key(name: &str) -> Result<Key, String> {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if !letter.is_control() && !letter.is_whitespace() => {
            return Ok(Key::Char(letter));
        }
        _ if name == "Space" => return Ok(Key::Char(' ')),
        _ => {}
    }
    let with_ctrl = name.strip_prefix("Ctrl-").and_then(|letter| {
        let letter = letter.to_ascii_lowercase();
        let mut letters = letter.chars();
        letters.next().filter(|_| letters.next().is_none())
    });
    match with_ctrl {
        Some(letter) if NO_CTRL.contains(&letter) => Err(format!(
            "{name} cannot be bound: a terminal sends Enter, Tab, Esc or Backspace for it, or it \
             quits"
        )),
        Some(letter) if letter.is_ascii_lowercase() => Ok(Key::Ctrl(letter)),
        _ => Err(format!(
            "expected a key such as \"x\", \"Space\" or \"Ctrl-x\", found \"{name}\"; Enter, Esc, \
             Tab and the arrows keep their meaning"
        )),
    }
}

/// A key as help and footer write it.
#[must_use]
pub fn written(key: Key) -> String {
    match key {
        Key::Char(' ') => "Space".to_owned(),
        Key::Char(letter) => letter.to_string(),
        Key::Ctrl(letter) => format!("Ctrl-{}", letter.to_ascii_uppercase()),
        Key::Enter => "Enter".to_owned(),
        Key::Esc => "Esc".to_owned(),
        Key::Tab => "Tab".to_owned(),
        Key::BackTab => "Shift-Tab".to_owned(),
        Key::Up => "↑".to_owned(),
        Key::Down => "↓".to_owned(),
        Key::Left => "←".to_owned(),
        Key::Right => "→".to_owned(),
        Key::PageUp => "PgUp".to_owned(),
        Key::PageDown => "PgDn".to_owned(),
        Key::Home => "Home".to_owned(),
        Key::End => "End".to_owned(),
        Key::Backspace => "Backspace".to_owned(),
        Key::Delete => "Delete".to_owned(),
    }
}

/// The name of an action.
#[must_use]
pub fn name(action: Action) -> &'static str {
    match action {
        Action::Show(screen) => screen_name(screen),
        Action::Bundle => "incident-bundle",
        Action::Replay(key) => replay_name(key),
        Action::Exercise(_) => "exercise",
        Action::Help => "help",
        Action::Filter => "filter",
        Action::Sort => "sort",
        Action::FaultsOnly => "faults-only",
        Action::Up => "up",
        Action::Down => "down",
        Action::PageUp => "page-up",
        Action::PageDown => "page-down",
        Action::Top => "top",
        Action::Bottom => "bottom",
        Action::Left => "left",
        Action::Right => "right",
        Action::Drill => "drill",
        Action::Copy => "copy",
        Action::Open => "open",
        Action::Close => "close",
        Action::NextPane => "next-pane",
        Action::Form => "view-as",
        Action::Acknowledge => "acknowledge",
        Action::Snooze => "snooze",
        Action::NextFault => "next-fault",
        Action::NextSection => "next-part",
        Action::PreviousSection => "previous-part",
        Action::TestAlarm => "test-alarm",
        Action::Palette => "palette",
        Action::Describe => "describe",
        Action::Raw => "json",
        Action::Freeze => "freeze",
        Action::Who => "who",
        Action::Find => "find",
        Action::CountBelow => "count-below",
        Action::EditData => "edit",
        Action::EditOutside => "edit-outside",
        Action::CreateZnode => "create",
        Action::DeleteZnode => "delete",
        Action::SetAcl => "set-acl",
        Action::SetQuota => "set-quota",
        Action::Undo => "undo",
        Action::Hide => "privacy",
        Action::Tail => "log",
        Action::Hooks => "hooks",
        Action::ListWatches => "list-watches",
        Action::TurnWatches => "view-by",
        Action::Choices => "act",
        Action::OpenGate => "open-gate",
        Action::Break => "break",
        Action::Refresh => "refresh",
        Action::Back => "out",
        Action::Leave => "back",
        Action::Quit => "quit",
    }
}

fn replay_name(key: ReplayKey) -> &'static str {
    match key {
        ReplayKey::Play => "replay-play",
        ReplayKey::Back(SECOND_MS) => "replay-second-back",
        ReplayKey::On(SECOND_MS) => "replay-second-on",
        ReplayKey::Back(_) => "replay-minute-back",
        ReplayKey::On(_) => "replay-minute-on",
        ReplayKey::Event(Way::Back) => "replay-event-before",
        ReplayKey::Event(Way::On) => "replay-next-event",
        ReplayKey::Slower => "replay-slower",
        ReplayKey::Faster => "replay-faster",
    }
}

fn screen_name(screen: Screen) -> &'static str {
    match screen {
        Screen::Overview => "overview",
        Screen::Members => "members",
        Screen::Links => "links",
        Screen::Timeline => "timeline",
        Screen::Sessions => "sessions",
        Screen::Watches => "watches",
        Screen::Znodes => "znodes",
        Screen::Metrics => "metrics",
        Screen::Alarms => "alarms",
        Screen::Recover => "recover",
    }
}

/// The actions that can be bound, each once, in the order of the table; those of a replay last.
#[must_use]
pub fn bindable() -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    let lines = KEYMAP.iter().chain(REPLAY_KEYMAP);
    for line in lines.filter(|line| line.can_be_bound()) {
        if !actions.contains(&line.action) {
            actions.push(line.action);
        }
    }
    actions
}

/// The action of a name, if it can be bound.
#[must_use]
pub fn action(named: &str) -> Option<Action> {
    bindable().into_iter().find(|action| name(*action) == named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        for text in ["x", "X", "!", "Space", "Ctrl-X", "é"] {
            assert_eq!(written(key(text).unwrap()), text);
        }
        for text in ["", "xx", "Ctrl-", "Ctrl-xy", "Enter", "\t"] {
            assert!(key(text).is_err(), "{text:?}");
        }
        assert!(key("Ctrl-C").unwrap_err().contains("quits"));
    }

    #[test]
    fn every_action_that_can_be_bound_has_a_name_of_its_own() {
        for one in bindable() {
            assert_eq!(action(name(one)), Some(one));
        }
        assert_eq!(action("quit"), None);
        assert_eq!(action("open-gate"), None);
    }
}
