//! What the palette's commands do. None of them changes an ensemble: `:act` opens a gate.

use super::{keys, recover, watches};
use crate::{
    action,
    commands::Verb,
    duration,
    event::Command,
    keymap::Key,
    model::{
        Model,
        alarm::{Maintenance, MaintenanceScope},
        clock::{age, date_and_time},
        filter::Filter,
        pages::handover,
        ui::{Overlay, Page, Screen},
    },
};

/// A maintenance lasts at most this long: what is longer was forgotten, not meant.
const LONGEST_MAINTENANCE_DAYS: u64 = 7;

/// Runs a command.
///
/// # Errors
/// In words, what was expected.
pub(super) fn run(
    model: &mut Model,
    verb: Verb,
    arguments: &[&str],
    commands: &mut Vec<Command>,
) -> Result<(), String> {
    match verb {
        Verb::Clusters if model.cluster.others > 0 => commands.push(Command::Clusters),
        Verb::Clusters => {
            return Err("there is no other cluster: [[cluster]] in console.toml".to_owned());
        }
        Verb::Config => open(model, Page::Config),
        Verb::Snapshots => open(model, Page::Snapshots),
        Verb::Audit => open(model, Page::Audit(Filter(arguments.join(" ")))),
        Verb::Autopilot => open(model, Page::Autopilot),
        Verb::Drill => open(model, Page::Drill),
        Verb::Capabilities => open(model, Page::Capabilities),
        Verb::Handover => hand_over(model, commands),
        Verb::Watches => {
            keys::show(model, Screen::Watches, commands);
            watches::ask(model);
        }
        Verb::Maintenance => return maintain(model, arguments),
        Verb::Bundle => return bundle(model, arguments, commands),
        Verb::Act => return act(model, arguments, commands),
    }
    Ok(())
}

fn open(model: &mut Model, page: Page) {
    model.ui.overlay = Some(Overlay::Page(page));
    model.ui.scroll = 0;
}

/// Shows the action's gate, over screen 0.
fn act(model: &mut Model, words: &[&str], commands: &mut Vec<Command>) -> Result<(), String> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let action = action::Action::parse(&words)?;
    keys::show(model, Screen::Recover, commands);
    recover::open(model, action, Key::Enter, commands);
    Ok(())
}

fn bundle(
    model: &mut Model,
    arguments: &[&str],
    commands: &mut Vec<Command>,
) -> Result<(), String> {
    let redacted = match arguments {
        [] => model.ui.hides,
        ["redacted"] => true,
        _ => return Err("expected nothing or: redacted".to_owned()),
    };
    keys::bundle(model, redacted, commands);
    Ok(())
}

/// To a file, and to the clipboard.
fn hand_over(model: &mut Model, commands: &mut Vec<Command>) {
    let text = handover::markdown(model);
    let moment = date_and_time(model.now.wall_ms).replace([' ', ':'], "-");
    commands.push(Command::Copy(text.clone()));
    commands.push(Command::Save {
        name: format!("handover-{moment}.md"),
        text,
    });
}

/// `all 30m OPS-1`, `zk2 1h`, `off`.
fn maintain(model: &mut Model, arguments: &[&str]) -> Result<(), String> {
    match arguments {
        ["off"] => {
            model.alarms.maintain(None);
            model.say("maintenance is over: alarms are told again".to_owned());
            Ok(())
        }
        [scope, lasts, ticket @ ..] => {
            let scope = self::scope(model, scope)?;
            let lasts_ms = duration::parse_ms(lasts, LONGEST_MAINTENANCE_DAYS)?;
            let until_mono_ms = model.now.mono_ms.saturating_add(lasts_ms);
            let name = scope.shown();
            model.alarms.maintain(Some(Maintenance {
                scope,
                until_mono_ms,
                ticket: ticket.join(" "),
            }));
            model.say(format!(
                "maintenance of {name} for {}: its alarms are shown and not told",
                age(lasts_ms)
            ));
            Ok(())
        }
        _ => Err("expected a scope and a time, such as: all 30m OPS-902".to_owned()),
    }
}

fn scope(model: &Model, text: &str) -> Result<MaintenanceScope, String> {
    if text == "all" {
        return Ok(MaintenanceScope::All);
    }
    let mut members = model.members.iter().filter(|member| {
        let (host, _) = crate::model::roster::split(&member.address);
        member.address == text
            || host == text
            || member.sid.is_some_and(|sid| sid.to_string() == text)
    });
    match (members.next(), members.next()) {
        (Some(member), None) => Ok(MaintenanceScope::Member(member.address.clone())),
        (Some(_), Some(_)) => Err(format!("\"{text}\" is several members: give the id")),
        (None, _) => Err(format!(
            "expected all or a member's id or address, found \"{text}\""
        )),
    }
}
