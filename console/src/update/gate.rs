//! The gate that is open takes all keys, until its plan runs and its picture is left; what it
//! wants done becomes commands.

use std::collections::BTreeSet;

use crate::{
    action::{
        Action as Deed, Attempt, End, Gate, GateCommand, Outcome, Stage,
        disk::{Heard, LastHeard},
        poll::Before,
        seen,
    },
    event::{Command, GateEvent},
    keymap::{Action, Key},
    model::{Model, member::Member, memory::Memory, verdict::stuck_ms},
};

/// What begins no further step, whatever else this key may be bound to.
const STOPS: Key = Key::Char('s');

/// Opens the gate of an action. While a plan runs behind the screens, that one's picture alone
/// can be opened: what two plans do at once, no gate has counted.
pub fn open(model: &mut Model, action: Deed, opened_by: Option<Key>, commands: &mut Vec<Command>) {
    let recovery = &mut model.recovery;
    match &recovery.gate {
        Some(_) if !recovery.is_left => return,
        // Its end too: what it said is read there.
        Some(left) if left.action == action => {
            recovery.is_left = false;
            return;
        }
        Some(left) if left.is_acting() => {
            let why = format!("{} runs: one at a time; 0 Enter shows it", left.action);
            model.say_fault(why);
            return;
        }
        _ => {}
    }
    if let Some(plan) = recovery.elsewhere(&action) {
        let id = &plan.id;
        let why = format!("{action} runs in a process of its own: zoowarden plans --stop {id}");
        model.say_fault(why);
        return;
    }
    recovery.is_left = false;
    if action == Deed::QuorumLoss {
        // Whoever goes on without this console counts the loss by what was heard last.
        commands.push(Command::Remember(Box::new(Memory::of(model))));
    }
    let (gate, command) = Gate::open(action, opened_by);
    model.recovery.opened += 1;
    model.recovery.gate = Some(gate);
    perform(model, Some(command), commands);
}

/// Takes in a key while a gate is open; false where none is, or the key is not the gate's.
pub(super) fn key(model: &mut Model, key: Key, commands: &mut Vec<Command>) -> bool {
    let now = model.now;
    let action = model.keys.action(key, model.ui.screen);
    let Some(gate) = model.recovery.shown_mut() else {
        return false;
    };
    if key == Key::Ctrl('c') && !gate.goes_on() {
        // The first one stops what runs; only the next one leaves.
        return false;
    }
    let shows = matches!(action, Some(Action::Show(_))) && key != STOPS;
    if gate.is_acting() && shows {
        // Another screen is looked at meanwhile.
        model.recovery.is_left = true;
        return false;
    }
    let command = gate.key(now, key);
    perform(model, command, commands);
    true
}

/// Takes in pasted text; false where no gate is open.
pub(super) fn paste(model: &mut Model, text: &str) -> bool {
    let gate = model.recovery.shown_mut();
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
    let ended = match &gate.stage {
        Stage::Ended(End::Ran(outcome)) => Some((gate.action.clone(), outcome.clone())),
        _ => None,
    };
    if let Some((action, outcome)) = ended {
        let sentence = outcome.sentence();
        let is_left = recovery.is_left;
        let news = format!("{action}: {sentence}");
        if let Outcome::Done { .. } = outcome {
            // It works now: that it failed before is no word against it any more.
            recovery.attempts.retain(|one| one.action != action);
        } else if outcome.why().is_some() {
            recovery.note(Attempt {
                action,
                at_wall_ms: model.now.wall_ms,
                sentence,
            });
        }
        match outcome {
            _ if !is_left => {}
            Outcome::Done { .. } => model.say(news),
            _ => model.say_fault(news),
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
        Some(GateCommand::Leave) => leave(model),
        Some(command) => commands.push(Command::Act {
            gate: model.recovery.opened,
            command: Box::new(command),
            before: Box::new(before(model)),
        }),
    }
}

/// What runs goes on behind the screens.
fn leave(model: &mut Model) {
    model.recovery.is_left = true;
    if let Some(gate) = model.recovery.behind() {
        let text = format!("{} goes on; 0 Enter shows it", gate.action);
        model.say(text);
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
        elections: seen::elections(model),
        cut_off: cut_off(model),
        storm: seen::storm(model),
        own_session: model.session.id,
    }
}

/// Whom this console knows to be cut off: without a leader a poll cannot tell.
fn cut_off(model: &Model) -> BTreeSet<String> {
    let members = model.members.iter();
    let known = members.filter(|member| member.was_severed);
    known.map(|member| member.address.clone()).collect()
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
