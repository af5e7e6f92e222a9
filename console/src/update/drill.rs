//! The drill's keys, what the shell tells of it, and what follows from the model.

use crate::{
    event::Command,
    keymap::ExerciseKey,
    model::{
        Model,
        breaks::Offer,
        drill::{News, Order, Stage, call},
        ui::{Overlay, Page},
    },
    text::width,
};

/// What stands before a hint in its line: the alarms, a mark, `hint: `.
const BESIDE_A_HINT: usize = 22;

/// A key of the drill.
pub(super) fn key(model: &mut Model, key: ExerciseKey, commands: &mut Vec<Command>) {
    let now = model.now.mono_ms;
    let Some(drill) = &mut model.drill else {
        return;
    };
    match key {
        ExerciseKey::GoOn => {
            match drill.stage {
                Stage::Briefing | Stage::Between => close_page(model),
                _ => open_page(model),
            }
            if let Some(drill) = &mut model.drill {
                drill.go_on();
                model.alarms.forget_beginnings();
            }
        }
        ExerciseKey::Hint => match drill.hint(now) {
            Ok(hint) => {
                model.say(format!("hint: {hint}"));
                // What is cut helps nobody: the page has it whole.
                if width(hint) + BESIDE_A_HINT > usize::from(model.ui.window.0) {
                    open_page(model);
                }
            }
            Err(why) => model.say_fault(why),
        },
        ExerciseKey::GiveUp => match drill.give_up() {
            Some(order) => {
                commands.push(Command::Drill(order));
                open_page(model);
            }
            None => model.say_fault("nothing is broken now".to_owned()),
        },
        ExerciseKey::Call => match call::menu(model) {
            Ok(menu) => model.ui.overlay = Some(Overlay::Break(menu)),
            Err(why) => model.say_fault(why),
        },
    }
}

/// A line of the list of those to call.
pub(super) fn call(model: &mut Model, offer: &Offer, commands: &mut Vec<Command>) {
    let now = model.now.mono_ms;
    let Some(drill) = &mut model.drill else {
        return;
    };
    let (answer, order) = drill.call(now, offer);
    match order {
        Some(order) => {
            commands.push(Command::Drill(order));
            model.say(answer.to_owned());
        }
        None => model.say_fault(answer.to_owned()),
    }
}

/// What the shell tells.
pub(super) fn told(model: &mut Model, news: News) {
    let now = model.now.mono_ms;
    let Some(drill) = &mut model.drill else {
        return;
    };
    if let Some(fault) = drill.told(now, news) {
        model.say_fault(fault);
    }
}

/// Lets the drill look at what the model has become.
pub(super) fn observe(model: &mut Model, commands: &mut Vec<Command>) {
    // Taken out for a moment: it looks at the model that it is a part of.
    let Some(mut drill) = model.drill.take() else {
        return;
    };
    let before = drill.scores.len();
    let order = drill.observe(model);
    model.is_dirty |= matches!(order, Some(Order::Strike { .. })) || drill.scores.len() > before;
    let is_over = drill.scores.len() > before;
    model.drill = Some(drill);
    commands.extend(order.map(Command::Drill));
    if is_over {
        open_page(model);
    }
}

/// The page with the lesson, unless the operator types into something just now.
fn open_page(model: &mut Model) {
    if model.ui.overlay.as_ref().is_none_or(Overlay::is_read) {
        model.ui.overlay = Some(Overlay::Page(Page::Drill));
        model.ui.scroll = 0;
    }
}

fn close_page(model: &mut Model) {
    if model.ui.overlay == Some(Overlay::Page(Page::Drill)) {
        model.ui.overlay = None;
        model.ui.scroll = 0;
    }
}
