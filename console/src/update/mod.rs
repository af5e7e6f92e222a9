//! The one place where the model changes: `update(model, now, event) -> commands`.
//!
//! Pure, as the member's own core is: no I/O and no clock, so that a test can play an outage
//! in microseconds. `keys` is what the operator does, `ensemble` what members and our own
//! session tell, `znodes` what the tree's requests and watches tell, `alarms` what follows.
//! `changing` opens what changes a znode, `desk` takes it from there to the change, `find` looks
//! for znodes.
//! Of the keys, `palette` and `console_commands` are what `:` opens and runs, `pages` what lies
//! over the screen, `gate` an action's gate and `recover` the ways to one, `watches` screen 6, `freeze` the held picture, `breaks` the demo's menu,
//! `drill` the drill, `mouse` the wheel, `leaving` the way out while something runs.

mod alarms;
mod breaks;
mod changing;
mod console_commands;
mod desk;
mod drill;
mod ensemble;
mod find;
mod freeze;
mod gate;
mod keys;
mod leaving;
mod mouse;
mod pages;
mod palette;
mod recover;
mod watches;
mod znodes;

pub use gate::open as open_gate;

use crate::{
    event::{Command, Event},
    model::{
        Model, carriers,
        clock::Now,
        happening::What,
        history, links,
        memory::Memory,
        others, own_audit, rates,
        survey::{self, Answer},
        ui::{Overlay, Page, Screen},
        wanted::wanted,
    },
};

/// The memory on disk is written at most this often.
const REMEMBER_EVERY_MS: u64 = 10_000;

/// Members beat ten times a second each. While they all say what they said, nothing follows but
/// from time passing, and that is looked at only this often.
const STEADY_MS: u64 = 100;

/// Takes in one event.
#[must_use]
pub fn update(model: &mut Model, now: Now, event: Event) -> Vec<Command> {
    model.now = now;
    let mut commands = Vec::new();
    match event {
        Event::Tick => {
            model.is_dirty = true;
            gate::tick(model, &mut commands);
            keep(model, &mut commands);
        }
        Event::Key(key) => {
            model.is_dirty = true;
            if !recover::gate_key(model, key) && !gate::key(model, key, &mut commands) {
                keys::key(model, key, &mut commands);
                leaving::ask(model, &mut commands);
            }
        }
        Event::Paste(text) => {
            model.is_dirty = true;
            if !gate::paste(model, &text) {
                keys::paste(model, &text);
            }
        }
        Event::Mouse(moved) => {
            model.is_dirty = true;
            mouse::mouse(model, moved, &mut commands);
        }
        Event::Resize(columns, rows) => {
            model.ui.window = (columns, rows);
            model.is_dirty = true;
        }
        Event::Gate { gate, event } => {
            model.is_dirty = true;
            gate::told(model, gate, event, &mut commands);
        }
        Event::Load(load) => model.load = load,
        Event::Told(delivery) => alarms::told(model, &delivery),
        Event::Metrics {
            address,
            at_mono_ms,
            monitor,
        } => {
            model.metrics.told(&address, at_mono_ms, &monitor);
            let members = &model.members;
            model
                .metrics
                .retain(|address| members.iter().any(|member| member.address == address));
        }
        Event::Clock {
            address,
            at_mono_ms,
            ahead_ms,
        } => {
            let mut members = model.members.iter_mut();
            if let Some(member) = members.find(|member| member.address == address) {
                member.clock.told(at_mono_ms, ahead_ms);
            }
            // Nothing is drawn of it: its alarm looks at the next tick.
            return commands;
        }
        Event::Answered {
            address,
            question,
            answer,
        } => {
            model.is_dirty = true;
            if let Ok(Answer::Watches(watches)) = &answer {
                model.sessions.watches_listed(address.clone(), watches);
            }
            model
                .survey
                .answered(address, question, now.mono_ms, answer);
        }
        Event::Find { number, news } => {
            model.is_dirty = true;
            find::told(model, number, news);
        }
        Event::Counted { path, news } => {
            model.is_dirty = true;
            desk::counted(model, &path, news);
        }
        Event::Changed { change, outcome } => {
            model.is_dirty = true;
            desk::changed(model, &change, outcome);
        }
        Event::Edited(result) => {
            model.is_dirty = true;
            desk::edited(model, result);
        }
        Event::Saved(result) => {
            model.is_dirty = true;
            match result {
                Ok(file) => model.say(format!("written to {file}, and copied")),
                Err(why) => model.say_fault(format!("copied; not written: {why}")),
            }
        }
        Event::Broken(broken) => {
            model.is_dirty = true;
            breaks::broken(model, broken);
        }
        Event::Drill(news) => {
            model.is_dirty = true;
            drill::told(model, news);
        }
        Event::OwnAudit(told) => {
            model.is_dirty = true;
            model.own_audit.told(now.mono_ms, told);
        }
        Event::Elsewhere(troubled) => {
            model.is_dirty = true;
            model.elsewhere = troubled;
        }
        Event::Consoles { address, consoles } => {
            model.is_dirty = true;
            others::told(model, address, consoles);
        }
        Event::Recording { since_wall_ms } => {
            model.recording_since_wall_ms = Some(since_wall_ms);
        }
        Event::NotRecording(why) => {
            model.is_dirty = true;
            model.recording_since_wall_ms = None;
            model.say_fault(why);
        }
        Event::Bundled(result) => {
            model.is_dirty = true;
            match result {
                Ok(file) => model.say(format!("incident bundle: {file}")),
                Err(why) => model.say_fault(format!("no incident bundle: {why}")),
            }
        }
        Event::Plans(plans) => recover::plans(model, plans),
        Event::Operated { who, what } => {
            model.is_dirty = true;
            model.history.note(now, What::Operator { who, what });
        }
        Event::Probe(probe) => model.is_dirty |= ensemble::probed(model, probe, &mut commands),
        Event::Heartbeat {
            address,
            at_mono_ms,
            beat,
        } => {
            let is_news = ensemble::beaten(model, &address, at_mono_ms, *beat, &mut commands);
            if !is_news && now.mono_ms < model.observed_mono_ms + STEADY_MS {
                alarms::hear(model);
                return commands;
            }
        }
        Event::StreamEnded { .. }
        | Event::Identity { .. }
        | Event::Config(_)
        | Event::Resolved(_)
        | Event::Connections { .. }
        | Event::Dump(_)
        | Event::Crowd(_)
        | Event::MemberEnded(_)
        | Event::Supervised(_)
        | Event::Recalled(_)
        | Event::Certificate { .. }
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
    model.observed_mono_ms = now.mono_ms;
    model.judge();
    recover::observe(model, &mut commands);
    model.is_dirty |= history::observe(model);
    alarms::observe(model, &mut commands);
    drill::observe(model, &mut commands);
    links::observe(model);
    commands.extend(links::knock::wanted(model).map(Command::Knock));
    rates::observe(model);
    carriers::observe(model);
    find::observe(model, &mut commands);
    sessions_shown(model, &mut commands);
    commands.extend(survey::wanted(model));
    commands.extend(own_audit::wanted(model));
    commands.extend(others::wanted(model));
    commands.extend(wanted(model).into_iter().map(Command::Tree));
    freeze::keep_live(model);
    copied(model, &commands);
    commands
}

/// That something was copied is said, unless the key has said more. Whether the terminal takes it
/// nobody tells.
fn copied(model: &mut Model, commands: &[Command]) {
    let mut copies = commands.iter().filter_map(|command| match command {
        Command::Copy(text) => Some(text.len() as u64),
        _ => None,
    });
    let said = model.ui.said.as_ref();
    let is_said = said.is_some_and(|said| said.at_mono_ms == model.now.mono_ms);
    if let Some(bytes) = copies.next()
        && !is_said
    {
        let bytes = crate::text::many(bytes, "byte", "bytes");
        model.say(format!("copied {bytes}, where the terminal takes OSC 52"));
    }
}

/// Members are asked for their sessions while those are drawn: on screen 5, and by `w`.
fn sessions_shown(model: &mut Model, commands: &mut Vec<Command>) {
    let by_w = matches!(model.ui.overlay, Some(Overlay::Page(Page::Who(_))));
    let shown = by_w || model.ui.screen == Screen::Sessions;
    if shown != model.sessions.is_shown {
        model.sessions.is_shown = shown;
        commands.push(Command::ShowSessions(shown));
    }
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
