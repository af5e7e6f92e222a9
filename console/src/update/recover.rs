//! Screen 0 and the list that `x` opens: from a key to a gate. What a gate has begun and ended
//! is noted here for the timeline and for the screen.

use super::{gate, keys};
use crate::{
    action::{Action as Deed, End, Stage},
    detached::Plan,
    event::Command,
    keymap::{Action, Key},
    model::{
        Model,
        choices::Choices,
        happening::{What, YOU},
        layout::{self, LEAST},
        next_step::next_step,
        recovery::Run,
        rows,
        ui::{Overlay, Screen},
    },
    text::clean,
};

/// Further than the lines that a gate keeps; the view clamps it.
const MOST_SCROLLED: usize = 10_000;

/// An action of the keymap that is about recovery.
pub(super) fn act(model: &mut Model, action: Action, commands: &mut Vec<Command>) {
    match action {
        Action::Choices => match Choices::of(model) {
            Ok(choices) => model.ui.overlay = Some(Overlay::Choices(choices)),
            Err(why) => model.say_fault(why),
        },
        Action::OpenGate => {
            let Some(row) = rows::recover::selected(model) else {
                return;
            };
            match row.action {
                Some(deed) => open(model, deed, Key::Enter, commands),
                None => model.say("nothing is to be done for it".to_owned()),
            }
        }
        _ => {}
    }
}

/// Screen 0 opens with the next step selected: `0 Enter` is what the overview says it is.
pub(super) fn arrive(model: &mut Model) {
    let step = next_step(model).map(|step| step.what);
    let list = model.ui.list_of_mut(Screen::Recover);
    list.filter.0.clear();
    list.selected = None;
    list.last_index = 0;
    let names = rows::recover::names(model);
    model.ui.list_of_mut(Screen::Recover).selected = step.filter(|step| names.contains(step));
}

/// Opens a gate, where there is room for all that it must show.
pub(super) fn open(model: &mut Model, deed: Deed, opened_by: Key, commands: &mut Vec<Command>) {
    if layout::is_tiny(model.ui.window) {
        let (columns, rows) = LEAST;
        model.say_fault(format!(
            "enlarge the window to {columns}x{rows}: a gate must show all of what it asks"
        ));
        return;
    }
    model.ui.overlay = None;
    model.recovery.scroll = 0;
    gate::open(model, deed, Some(opened_by), commands);
}

/// Takes in a key while the numbered list is open; false where it is not.
pub(super) fn choices_key(model: &mut Model, key: Key, commands: &mut Vec<Command>) -> bool {
    let page = keys::page(model);
    let Some(Overlay::Choices(choices)) = &mut model.ui.overlay else {
        return false;
    };
    let last = choices.proposals.len().saturating_sub(1);
    let at = choices.selected.min(last);
    let chosen = match key {
        Key::Ctrl('c') => {
            commands.push(Command::Quit);
            None
        }
        Key::Esc | Key::Char('q' | 'x') => {
            model.ui.overlay = None;
            None
        }
        Key::Up | Key::Char('k') => {
            choices.selected = at.saturating_sub(1);
            None
        }
        Key::Down | Key::Char('j') => {
            choices.selected = (at + 1).min(last);
            None
        }
        Key::PageUp => {
            choices.selected = at.saturating_sub(page);
            None
        }
        Key::PageDown => {
            choices.selected = (at + page).min(last);
            None
        }
        Key::Enter => choices.proposals.get(at).cloned(),
        Key::Char(c) => c
            .to_digit(10)
            .and_then(|number| choices.numbered(number as usize).cloned()),
        _ => None,
    };
    if let Some(proposal) = chosen {
        open(model, proposal.action, key, commands);
    }
    true
}

/// Takes in the keys that move the text of an open gate, and holds back all but Esc where the
/// window has become too small to show it; false where the key is the gate's own.
pub(super) fn gate_key(model: &mut Model, key: Key) -> bool {
    let Some(gate) = model.recovery.shown() else {
        return false;
    };
    // What runs is followed at its end, and scrolled from there.
    let is_from_end = gate.is_acting();
    let is_over = matches!(gate.stage, Stage::Ended(_));
    let page = keys::page(model);
    match key {
        Key::PageUp | Key::PageDown => {
            let scroll = &mut model.recovery.scroll;
            *scroll = if (key == Key::PageUp) == is_from_end {
                (*scroll + page).min(MOST_SCROLLED)
            } else {
                scroll.saturating_sub(page)
            };
        }
        // Nothing can be typed any more: at the end of the text stands what was summed up.
        Key::Char('d') if is_over => {
            model.recovery.scroll = MOST_SCROLLED;
        }
        Key::Esc | Key::Ctrl(_) => return false,
        _ => return layout::is_tiny(model.ui.window),
    }
    true
}

/// Notes what the open gate has begun or ended since the last event. What has ended is looked
/// at at once: the picture must not lag behind what the gate says.
pub(super) fn observe(model: &mut Model, commands: &mut Vec<Command>) {
    let number = model.recovery.opened;
    let Some(gate) = &model.recovery.gate else {
        return;
    };
    let known = model.recovery.run.as_ref();
    let known = known.filter(|run| run.gate == number);
    let (run, news) = match (&gate.stage, known) {
        (Stage::Acting { .. }, None) => {
            let run = Run {
                gate: number,
                action: gate.action.clone(),
                ticket: gate.typed.ticket.trim().to_owned(),
                began: model.now,
                ended: None,
            };
            (run, "begun".to_owned())
        }
        (Stage::Ended(End::Ran(outcome)), Some(run)) if run.ended.is_none() => {
            let run = Run {
                ended: Some((model.now, outcome.clone())),
                ..run.clone()
            };
            commands.push(Command::PollNow);
            (run, outcome.sentence())
        }
        _ => return,
    };
    let ticket = match run.ticket.as_str() {
        "" => String::new(),
        ticket => format!(" ({ticket})"),
    };
    let what = What::Operator {
        who: YOU.to_owned(),
        what: format!("{}{ticket}: {news}", run.action),
    };
    model.recovery.run = Some(run);
    model.recovery.scroll = 0;
    model.history.note(model.now, what);
    model.is_dirty = true;
}

/// Takes in the plans that run without this console; those that came and went are noted.
pub(super) fn plans(model: &mut Model, plans: Vec<Plan>) {
    let known = std::mem::take(&mut model.recovery.plans);
    let news = |plan: &Plan, others: &[Plan]| others.iter().all(|other| other.id != plan.id);
    let begun = plans.iter().filter(|plan| news(plan, &known));
    let gone = known.iter().filter(|plan| news(plan, &plans));
    let told = begun.map(|plan| (plan, "runs without a console"));
    for (plan, what) in told.chain(gone.map(|plan| (plan, "has ended: zoowarden plans"))) {
        let what = What::Operator {
            who: clean(plan.begun.principal.trim_start_matches("os:")),
            what: format!("{}: {what}", plan.begun.says()),
        };
        model.history.note(model.now, what);
    }
    model.recovery.plans = plans;
    model.is_dirty = true;
}
