//! The gate that is open takes all keys; what it wants done becomes commands.

use crate::{
    action::{
        Action, Attempt, End, Gate, GateCommand, Outcome, Stage,
        disk::{Heard, LastHeard},
        poll::Before,
        seen,
    },
    event::{Command, GateEvent},
    keymap::Key,
    model::{Model, member::Member, verdict::stuck_ms},
};

/// Opens the gate of an action; nothing happens while another one is open.
pub fn open(
    model: &mut Model,
    action: Action,
    opened_by: Option<Key>,
    commands: &mut Vec<Command>,
) {
    if model.recovery.gate.is_some() {
        return;
    }
    let (gate, command) = Gate::open(action, opened_by);
    model.recovery.opened += 1;
    model.recovery.gate = Some(gate);
    perform(model, Some(command), commands);
}

/// Takes in a key while a gate is open; false where none is, or the key is not the gate's.
pub(super) fn key(model: &mut Model, key: Key, commands: &mut Vec<Command>) -> bool {
    let now = model.now;
    let Some(gate) = &mut model.recovery.gate else {
        return false;
    };
    let command = match key {
        // The first one stops what runs; only the next one leaves.
        Key::Ctrl('c') => match &gate.stage {
            Stage::Acting { stops: false, .. } => gate.key(now, Key::Esc),
            _ => return false,
        },
        key => gate.key(now, key),
    };
    perform(model, command, commands);
    true
}

/// Takes in pasted text; false where no gate is open.
pub(super) fn paste(model: &mut Model, text: &str) -> bool {
    let gate = model.recovery.gate.as_mut();
    gate.map(|gate| gate.paste(text)).is_some()
}

/// Takes in what the shell tells of a gate; what belongs to an earlier one is passed over.
pub(super) fn told(model: &mut Model, number: u64, event: GateEvent, commands: &mut Vec<Command>) {
    if number != model.recovery.opened {
        return;
    }
    let recovery = &mut model.recovery;
    let Some(gate) = &mut recovery.gate else {
        return;
    };
    let command = match event {
        GateEvent::Polled(answer) => gate.polled(answer.map(|facts| *facts), &recovery.means),
        GateEvent::Progress(progress) => {
            gate.progressed(progress);
            None
        }
    };
    if let Stage::Ended(End::Ran(outcome)) = &gate.stage {
        let action = gate.action.clone();
        if let Outcome::Done { .. } = outcome {
            // It works now: that it failed before is no word against it any more.
            recovery.attempts.retain(|one| one.action != action);
        } else if outcome.why().is_some() {
            let sentence = outcome.sentence();
            recovery.note(Attempt {
                action,
                at_wall_ms: model.now.wall_ms,
                sentence,
            });
        }
    }
    perform(model, command, commands);
}

/// Time has passed.
pub(super) fn tick(model: &mut Model, commands: &mut Vec<Command>) {
    let now = model.now;
    let gate = model.recovery.gate.as_mut();
    let command = gate.and_then(|gate| gate.tick(now));
    perform(model, command, commands);
    if !model.recovery.attempts.is_empty() {
        let facts = seen(model);
        let attempts = &mut model.recovery.attempts;
        // The next fault of a member that was well since then is another one.
        attempts.retain(|attempt| !attempt.is_overcome(&facts));
    }
}

fn perform(model: &mut Model, command: Option<GateCommand>, commands: &mut Vec<Command>) {
    match command {
        None => {}
        Some(GateCommand::Close) => model.recovery.gate = None,
        Some(command) => commands.push(Command::Act {
            gate: model.recovery.opened,
            command: Box::new(command),
            before: Box::new(before(model)),
        }),
    }
}

/// What is known before a poll.
fn before(model: &Model) -> Before {
    let usual = model.members.iter().filter_map(Member::usual_round_trip_us);
    Before {
        known: model.known.clone(),
        round_trip_us: usual.max(),
        writes: seen::writes(model),
        at: model.now,
        last_heard: last_heard(model),
        stuck_at: stuck_ms(model).and_then(|_| model.leader()?.facts.zxid),
    }
}

/// What each member told while it served, in this console or an earlier one.
fn last_heard(model: &Model) -> LastHeard {
    let mut heard = LastHeard::new();
    for member in &model.members {
        let remembered = member.remembered.as_ref();
        let earlier = remembered.and_then(|one| Some((one.zxid?, one.seen_wall_ms)));
        let here = member.facts_mono_ms.and_then(|mono_ms| {
            let age_ms = model.now.mono_ms.saturating_sub(mono_ms);
            let age_ms = i64::try_from(age_ms).unwrap_or(i64::MAX);
            Some((member.facts.zxid?, model.now.wall_ms.saturating_sub(age_ms)))
        });
        if let (Some(sid), Some((zxid, at_wall_ms))) = (member.sid, here.or(earlier)) {
            heard.insert(sid, Heard { zxid, at_wall_ms });
        }
    }
    heard
}
