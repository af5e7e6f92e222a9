//! Whoever leaves while a plan runs that ends with this console is asked once.

use crate::{
    event::Command,
    model::{Model, ui::SAID_FOR_MS},
};

/// Holds a departure back, and says what it would cost; the next one within a few seconds goes.
pub(super) fn ask(model: &mut Model, commands: &mut Vec<Command>) {
    let leaves = |command: &Command| matches!(command, Command::Quit | Command::Clusters);
    if !commands.iter().any(leaves) {
        return;
    }
    let now = model.now.mono_ms;
    let Some(gate) = model.recovery.ends_with_us() else {
        return;
    };
    let text = format!(
        "{} runs in this console and would stop before its next step: once more leaves",
        gate.action
    );
    let asked = model.recovery.wanted_out_mono_ms.replace(now);
    if asked.is_some_and(|at| now.saturating_sub(at) < SAID_FOR_MS) {
        return;
    }
    commands.retain(|command| !leaves(command));
    model.say_fault(text);
}
