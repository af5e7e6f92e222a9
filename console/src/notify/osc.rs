//! Escape sequences that make a terminal notify, wherever it is: they travel through ssh, and
//! wrapped also through tmux.

use super::wording::Wording;

/// A way to ask a terminal for a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Osc {
    /// `OSC 9 ; text`: iTerm2's, understood by WezTerm, ghostty and others.
    Growl9,
    /// `OSC 777 ; notify ; title ; body`: rxvt-unicode's, understood by VTE, foot, WezTerm,
    /// ghostty and Konsole.
    Notify777,
    /// `OSC 99`: kitty's, with an urgency; the same alarm's replaces the one shown.
    Kitty99,
}

/// What one notification is written as.
pub(super) fn sequence(osc: Osc, wording: &Wording) -> String {
    let (title, body) = (wording.headline(), wording.one_line());
    match osc {
        Osc::Growl9 => {
            let text = if body.is_empty() {
                title
            } else {
                format!("{title}. {body}")
            };
            format!("\x1b]9;{}\x07", never_a_command(text))
        }
        // A semicolon would end the field.
        Osc::Notify777 => {
            let field = |text: String| text.replace(';', ",");
            format!("\x1b]777;notify;{};{}\x07", field(title), field(body))
        }
        Osc::Kitty99 => {
            let id = identifier(wording);
            let urgency = match wording.urgency {
                "critical" => 2,
                "normal" => 1,
                _ => 0,
            };
            format!(
                "\x1b]99;i={id}:u={urgency}:d=0;{title}\x1b\\\x1b]99;i={id}:d=1:p=body;{body}\x1b\\"
            )
        }
    }
}

/// The same, in tmux's passthrough: every escape doubled inside a device control string. tmux
/// hands it on where `allow-passthrough` is on (before tmux 3.3 always).
pub(super) fn through_tmux(sequence: &str) -> String {
    format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))
}

/// ConEmu and Windows Terminal read `OSC 9 ; number ;` as a command (4: a progress bar).
fn never_a_command(text: String) -> String {
    let first = text.split(';').next().unwrap_or_default();
    if first.chars().all(|c| c.is_ascii_digit()) {
        format!("zoowarden: {text}")
    } else {
        text
    }
}

/// kitty's ids are made of few characters.
fn identifier(wording: &Wording) -> String {
    if wording.alarm.is_empty() {
        return format!("zoowarden-{}", wording.number);
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!(
        "zoowarden-{}",
        wording.alarm.chars().map(plain).collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wording(title: &str, body: &str) -> Wording {
        Wording {
            number: 3,
            occasion: "began",
            urgency: "critical",
            cluster: "prod".to_owned(),
            alarm: "member:2".to_owned(),
            title: title.to_owned(),
            body: body.to_owned(),
        }
    }

    #[test]
    fn the_sequences_are_those_that_terminals_document() {
        let one = wording("member 2 is down", "killed; 9");
        assert_eq!(
            sequence(Osc::Growl9, &one),
            "\x1b]9;prod: member 2 is down. killed; 9\x07"
        );
        assert_eq!(
            sequence(Osc::Notify777, &one),
            "\x1b]777;notify;prod: member 2 is down;killed, 9\x07"
        );
        assert_eq!(
            sequence(Osc::Kitty99, &one),
            "\x1b]99;i=zoowarden-member-2:u=2:d=0;prod: member 2 is down\x1b\\\
             \x1b]99;i=zoowarden-member-2:d=1:p=body;killed; 9\x1b\\"
        );
    }

    #[test]
    fn tmux_gets_every_escape_doubled() {
        assert_eq!(
            through_tmux("\x1b]9;a\x07"),
            "\x1bPtmux;\x1b\x1b]9;a\x07\x1b\\"
        );
        assert_eq!(
            through_tmux("\x1b]99;;a\x1b\\"),
            "\x1bPtmux;\x1b\x1b]99;;a\x1b\x1b\\\x1b\\"
        );
    }

    #[test]
    fn a_text_is_never_a_terminals_command() {
        let four = Wording {
            cluster: String::new(),
            ..wording("4;1;50", "")
        };
        assert_eq!(sequence(Osc::Growl9, &four), "\x1b]9;zoowarden: 4;1;50\x07");
    }
}
