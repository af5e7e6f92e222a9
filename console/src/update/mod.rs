//! The one place where the model changes: `update(model, now, event) -> commands`.
//!
//! Pure, as the member's own core is: no I/O and no clock, so that a test can play an outage
//! in microseconds. `keys` is what the operator does, `ensemble` what members and our own
//! session tell, `znodes` what the tree's requests and watches tell, `alarms` what follows.

mod alarms;
mod ensemble;
mod keys;
mod znodes;

use crate::{
    event::{Command, Event},
    model::{Model, clock::Now, history, links, memory::Memory, rates, wanted::wanted},
};

/// The memory on disk is written at most this often.
const REMEMBER_EVERY_MS: u64 = 10_000;

/// Takes in one event.
#[must_use]
pub fn update(model: &mut Model, now: Now, event: Event) -> Vec<Command> {
    model.now = now;
    let mut commands = Vec::new();
    match event {
        Event::Tick => {
            model.is_dirty = true;
            keep(model, &mut commands);
        }
        Event::Key(key) => {
            model.is_dirty = true;
            keys::key(model, key, &mut commands);
        }
        Event::Paste(text) => keys::paste(model, &text),
        Event::Resize(columns, rows) => {
            model.ui.window = (columns, rows);
            model.is_dirty = true;
        }
        Event::Load(load) => model.load = load,
        Event::Told(delivery) => alarms::told(model, &delivery),
        // Drawn at their own pace, and only where they are news.
        Event::Heartbeat { .. } => ensemble::told(model, event, &mut commands),
        Event::Probe(_)
        | Event::StreamEnded { .. }
        | Event::Identity { .. }
        | Event::Config(_)
        | Event::Resolved(_)
        | Event::Connections { .. }
        | Event::Dump(_)
        | Event::Crowd(_)
        | Event::MemberEnded(_)
        | Event::Recalled(_)
        | Event::Knocked(_)
        | Event::Session(_) => {
            model.is_dirty = true;
            ensemble::told(model, event, &mut commands);
        }
        Event::Tree(event) => {
            model.is_dirty = true;
            znodes::told(model, event);
        }
    }
    model.judge();
    model.is_dirty |= history::observe(model);
    alarms::observe(model, &mut commands);
    links::observe(model);
    commands.extend(links::knock::wanted(model).map(Command::Knock));
    rates::observe(model);
    commands.extend(wanted(model).into_iter().map(Command::Tree));
    commands
}

/// Keeps the picture while there is one: a memory is never overwritten by a blank.
fn keep(model: &mut Model, commands: &mut Vec<Command>) {
    let due = model.now.mono_ms >= model.kept_mono_ms + REMEMBER_EVERY_MS;
    if due
        && model
            .members
            .iter()
            .any(|member| member.facts_mono_ms.is_some())
    {
        model.kept_mono_ms = model.now.mono_ms;
        commands.push(Command::Remember(Box::new(Memory::of(model))));
    }
}
