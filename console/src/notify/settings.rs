//! `[notify]` of console.toml: by which channels the operator is told, and from which urgency.
//!
//! ```toml
//! [notify]
//! desktop = "low"         # low, normal or critical: from this urgency up; or off
//! terminal = "off"        # where neither is set: the desktop where there is one, else this
//! bell = "critical"
//! osc = [777]             # 9, 777, 99; by the terminal's name where it is not set
//! command = ["notify-me", "{title}", "{body}", "{urgency}"]   # no shell; JSON on stdin
//! command_from = "normal"
//! [notify.webhook]
//! url = "https://hooks.example.org/zookeeper"
//! from = "normal"
//! secret_file = "/etc/zoowarden/hook"     # one header, "Name: value"; mode 0600
//! ```

use std::path::PathBuf;

use hyper::Uri;
use serde::Deserialize;
use toml::Spanned;

use super::{
    command::{PLACEHOLDERS, unknown_placeholder},
    osc::Osc,
};
use crate::model::alarm::notice::Urgency;

/// Whether a channel is used, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// For this urgency and above. An alarm's end follows its beginning whatever its urgency.
    From(Urgency),
    /// For nothing.
    Off,
}

/// How the operator wants to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifySettings {
    /// `None`: everything where there is a desktop, nothing elsewhere.
    pub desktop: Option<Threshold>,
    /// `None`: everything where there is no desktop, nothing elsewhere.
    pub terminal: Option<Threshold>,
    /// Rings for beginnings, not for ends.
    pub bell: Threshold,
    /// Which escape sequences the terminal gets; empty: by what it is.
    pub osc: Vec<Osc>,
    pub command: Option<CommandSettings>,
    pub webhook: Option<WebhookSettings>,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self {
            desktop: None,
            terminal: None,
            bell: Threshold::From(Urgency::Critical),
            osc: Vec::new(),
            command: None,
            webhook: None,
        }
    }
}

impl NotifySettings {
    /// The same without what may lead to a pager: nobody is woken by a demo.
    #[must_use]
    pub fn for_a_demo(self) -> Self {
        Self {
            command: None,
            webhook: None,
            ..self
        }
    }
}

/// A command of the operator's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandSettings {
    /// The program and its arguments, with placeholders; not empty.
    pub argv: Vec<String>,
    pub from: Urgency,
}

/// Where notices are posted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Http or https, with a host.
    pub url: Uri,
    pub from: Urgency,
    /// A file of mode 0600 with one header, `Name: value`.
    pub secret_file: Option<PathBuf>,
}

/// What is wrong, and at which byte of the file.
pub(crate) type Mistake = (usize, String);

/// The section as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawNotify {
    desktop: Option<Spanned<String>>,
    terminal: Option<Spanned<String>>,
    bell: Option<Spanned<String>>,
    #[serde(default)]
    osc: Vec<Spanned<i64>>,
    command: Option<Spanned<Vec<Spanned<String>>>>,
    command_from: Option<Spanned<String>>,
    webhook: Option<RawWebhook>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWebhook {
    url: Spanned<String>,
    from: Option<Spanned<String>>,
    secret_file: Option<PathBuf>,
}

impl RawNotify {
    /// The settings, or the first thing that is not as expected.
    pub(crate) fn check(self) -> Result<NotifySettings, Mistake> {
        let level =
            |key, raw: Option<Spanned<String>>| raw.map(|raw| threshold(key, &raw)).transpose();
        let osc = self.osc.iter().map(osc).collect::<Result<_, _>>()?;
        let command_from = from("command_from", self.command_from)?;
        Ok(NotifySettings {
            desktop: level("desktop", self.desktop)?,
            terminal: level("terminal", self.terminal)?,
            bell: level("bell", self.bell)?.unwrap_or(NotifySettings::default().bell),
            osc,
            command: self
                .command
                .map(|argv| command(argv, command_from))
                .transpose()?,
            webhook: self.webhook.map(webhook).transpose()?,
        })
    }
}

fn mistake<T>(at: &Spanned<T>, message: String) -> Mistake {
    (at.span().start + 1, message)
}

fn urgency(text: &str) -> Option<Urgency> {
    match text {
        "low" => Some(Urgency::Low),
        "normal" => Some(Urgency::Normal),
        "critical" => Some(Urgency::Critical),
        _ => None,
    }
}

fn threshold(key: &str, raw: &Spanned<String>) -> Result<Threshold, Mistake> {
    match raw.get_ref().as_str() {
        "off" => Ok(Threshold::Off),
        text => urgency(text).map(Threshold::From).ok_or_else(|| {
            let message = format!("{key}: expected low, normal, critical or off, found \"{text}\"");
            mistake(raw, message)
        }),
    }
}

/// Everything, where nothing is said.
fn from(key: &str, raw: Option<Spanned<String>>) -> Result<Urgency, Mistake> {
    let Some(raw) = raw else {
        return Ok(Urgency::Low);
    };
    let text = raw.get_ref();
    urgency(text).ok_or_else(|| {
        let message = format!("{key}: expected low, normal or critical, found \"{text}\"");
        mistake(&raw, message)
    })
}

fn osc(raw: &Spanned<i64>) -> Result<Osc, Mistake> {
    match raw.get_ref() {
        9 => Ok(Osc::Growl9),
        777 => Ok(Osc::Notify777),
        99 => Ok(Osc::Kitty99),
        other => Err(mistake(
            raw,
            format!("osc: expected 9, 777 or 99, found {other}"),
        )),
    }
}

fn command(argv: Spanned<Vec<Spanned<String>>>, from: Urgency) -> Result<CommandSettings, Mistake> {
    if argv
        .get_ref()
        .first()
        .is_none_or(|program| program.get_ref().is_empty())
    {
        let message = "command: expected a program and its arguments".to_owned();
        return Err(mistake(&argv, message));
    }
    for argument in argv.get_ref() {
        if let Some(name) = unknown_placeholder(argument.get_ref()) {
            let message = format!("command: expected {PLACEHOLDERS}, found {{{name}}}");
            return Err(mistake(argument, message));
        }
    }
    let argv = argv.into_inner().into_iter().map(Spanned::into_inner);
    Ok(CommandSettings {
        argv: argv.collect(),
        from,
    })
}

fn webhook(raw: RawWebhook) -> Result<WebhookSettings, Mistake> {
    let text = raw.url.get_ref();
    let expected = || {
        let message = format!("url: expected http:// or https:// and a host, found \"{text}\"");
        mistake(&raw.url, message)
    };
    let url: Uri = text.parse().map_err(|_| expected())?;
    let authority = url.authority().map_or("", |authority| authority.as_str());
    if !matches!(url.scheme_str(), Some("http" | "https")) || authority.is_empty() {
        return Err(expected());
    }
    if authority.contains('@') {
        let message = "url: a password belongs in secret_file".to_owned();
        return Err(mistake(&raw.url, message));
    }
    Ok(WebhookSettings {
        url,
        from: from("from", raw.from)?,
        secret_file: raw.secret_file,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct File {
        notify: RawNotify,
    }

    fn read(text: &str) -> Result<NotifySettings, Mistake> {
        toml::from_str::<File>(text).unwrap().notify.check()
    }

    #[test]
    fn a_whole_section_is_read() {
        let settings = read(
            "[notify]\ndesktop = \"off\"\nbell = \"low\"\nosc = [9, 99]\n\
             command = [\"page\", \"{title}\"]\ncommand_from = \"critical\"\n\
             [notify.webhook]\nurl = \"https://hooks.example.org/zk?a=b\"\nsecret_file = \"/s\"\n",
        )
        .unwrap();
        assert_eq!(settings.desktop, Some(Threshold::Off));
        assert_eq!(
            (settings.terminal, settings.bell),
            (None, Threshold::From(Urgency::Low))
        );
        assert_eq!(settings.osc, [Osc::Growl9, Osc::Kitty99]);
        assert_eq!(settings.command.as_ref().unwrap().from, Urgency::Critical);
        let webhook = settings.webhook.as_ref().unwrap();
        assert_eq!(
            (webhook.url.host(), webhook.from),
            (Some("hooks.example.org"), Urgency::Low)
        );
        let demo = settings.for_a_demo();
        assert_eq!(
            (demo.command, demo.webhook),
            (None, None),
            "a demo wakes nobody"
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_what_was_expected() {
        let wrong = |line: &str, at: &str, message: &str| {
            let text = format!("[notify]\n{line}\n");
            let (offset, said) = read(&text).unwrap_err();
            assert_eq!(said, message);
            assert!(text[offset - 1..].starts_with(at), "{line}");
        };
        wrong(
            "bell = \"loud\"",
            "\"loud\"",
            "bell: expected low, normal, critical or off, found \"loud\"",
        );
        wrong(
            "osc = [777, 52]",
            "52",
            "osc: expected 9, 777 or 99, found 52",
        );
        wrong(
            "command = []",
            "[]",
            "command: expected a program and its arguments",
        );
        wrong(
            "command = [\"x\", \"{tilte}\"]",
            "\"{tilte}\"",
            "command: expected {title}, {body}, {urgency}, {cluster}, {alarm}, {occasion} or \
             {number}, found {tilte}",
        );
        for url in ["ftp://a/", "hooks.example.org", "/path"] {
            wrong(
                &format!("webhook = {{ url = \"{url}\" }}"),
                &format!("\"{url}\""),
                &format!("url: expected http:// or https:// and a host, found \"{url}\""),
            );
        }
        wrong(
            "webhook = { url = \"https://me:pw@a/\" }",
            "\"https",
            "url: a password belongs in secret_file",
        );
    }
}
