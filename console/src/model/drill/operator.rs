//! Who repairs by keys alone, for `drill --auto`: waits for the alarm, opens the right gate by
//! the palette, types what the gate asks for, calls whom it must, and reads nothing but the model.

use super::{Deed, Stage, call};
use crate::{
    action::{Field, Gate, Stage as GateStage},
    keymap::Key,
    model::{Model, ui::Overlay},
};

/// What lets a soft check yield.
const REASON: &str = "a drill";

/// The key to press now, if there is one.
#[must_use]
pub fn next_key(model: &Model) -> Option<Key> {
    let drill = model.drill.as_deref()?;
    match &drill.stage {
        _ if model.recovery.shown().is_some() => model.recovery.shown().and_then(at_the_gate),
        Stage::Briefing | Stage::Between => Some(Key::Char(' ')),
        Stage::Broken(round) => {
            let is_told = round.alarmed_ms.is_some() || round.scenario.alarms.is_empty();
            let deed = round.next_deed(model).filter(|_| is_told);
            match (&model.ui.overlay, deed) {
                (Some(Overlay::Palette(palette)), Some(Deed::Act(action))) => {
                    let line = format!("act {}", action.command_line().join(" "));
                    typed(&palette.text, &line)
                }
                (Some(Overlay::Break(menu)), Some(Deed::Call(call, address))) => {
                    let number = call::number(menu, call, &address)?;
                    typed(&menu.typed, &number.to_string())
                }
                (Some(_), _) => Some(Key::Esc),
                (None, Some(Deed::Act(_))) => Some(Key::Char(':')),
                (None, Some(Deed::Call(..))) => Some(Key::Char('B')),
                (None, None) => None,
            }
        }
        Stage::Calming { .. } | Stage::Striking(_) | Stage::Over => None,
    }
}

fn at_the_gate(gate: &Gate) -> Option<Key> {
    match gate.stage {
        GateStage::Shown => {}
        GateStage::Ended(_) => return Some(Key::Enter),
        _ => return None,
    }
    let judgement = gate.judgement.as_ref()?;
    let wants_reason = judgement.open_soft().next().is_some() && gate.typed.reason != REASON;
    match (gate.field, wants_reason) {
        (Field::Reason, true) => typed(&gate.typed.reason, REASON),
        (Field::Confirm, false) => typed(&gate.typed.confirm, &judgement.confirm.text),
        _ => Some(Key::Tab),
    }
}

/// The next letter of a line, or Enter after the last.
fn typed(so_far: &str, line: &str) -> Option<Key> {
    match line.strip_prefix(so_far) {
        Some(rest) => Some(rest.chars().next().map_or(Key::Enter, Key::Char)),
        None => Some(Key::Backspace),
    }
}
