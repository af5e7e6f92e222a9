//! Whoever leaves while a plan runs that ends with this console is asked once; so is who leaves a
//! demo, whose members end with it.

use crate::{
    event::Command,
    model::{Model, ui::SAID_FOR_MS},
};

/// Leaves, or says first that a demo ends with that; Ctrl-C leaves one without a question.
pub(super) fn at_the_top(model: &mut Model, commands: &mut Vec<Command>) {
    let is_demo = model.breaks.is_possible && model.drill.is_none();
    if is_demo && model.recovery.ends_with_us().is_none() && !is_asked(model) {
        model.say("q again stops the members and ends the demo".to_owned());
        return;
    }
    commands.push(Command::Quit);
}

/// Whether it was asked a moment ago; if not, it is now.
fn is_asked(model: &mut Model) -> bool {
    let now = model.now.mono_ms;
    let asked = model.recovery.wanted_out_mono_ms.replace(now);
    asked.is_some_and(|at| now.saturating_sub(at) < SAID_FOR_MS)
}

/// Holds a departure back, and says what it would cost; the next one within a few seconds goes.
pub(super) fn ask(model: &mut Model, commands: &mut Vec<Command>) {
    let leaves = |command: &Command| matches!(command, Command::Quit | Command::Clusters);
    if !commands.iter().any(leaves) {
        return;
    }
    let Some(gate) = model.recovery.ends_with_us() else {
        return;
    };
    let text = format!(
        "{} runs in this console and would stop before its next step: once more leaves",
        gate.action
    );
    if is_asked(model) {
        return;
    }
    commands.retain(|command| !leaves(command));
    model.say_fault(text);
}
