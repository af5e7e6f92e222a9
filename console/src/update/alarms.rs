//! Alarms: what the rules find after every event, what went out, and the operator's answers.

use super::keys::show;
use crate::{
    event::Command,
    keymap::{Action, Key},
    model::{
        Model,
        alarm::{
            Alarms, Section,
            notice::{Delivery, Notice, Occasion, Urgency},
        },
        clock::age,
        happening::{Weight, What},
        rows::{self, alarms::selected},
        ui::{Mode, Screen},
    },
};

/// The console knows its operator only as the one before it.
const OPERATOR: &str = "you";

/// Lets the rules look at the model, and tells what follows.
pub(super) fn observe(model: &mut Model, commands: &mut Vec<Command>) {
    // The rules look at all of the model but the alarms themselves.
    let mut alarms = std::mem::take(&mut model.alarms);
    let observed = alarms.observe(model);
    model.alarms = alarms;
    model.is_dirty |= observed.is_news;
    for notice in &observed.notices {
        note(model, notice);
    }
    let notices = observed.notices.into_iter();
    commands.extend(notices.map(|notice| Command::Notify(Box::new(notice))));
}

/// What was told stands among what happened: that, and when, is asked later.
fn note(model: &mut Model, notice: &Notice) {
    let began = match notice.occasion {
        Occasion::Began | Occasion::Flood => true,
        Occasion::Ended => false,
        Occasion::Reminder | Occasion::Test => return,
    };
    let title = notice.title.strip_prefix("over: ");
    let what = What::Alarm {
        weight: match notice.urgency {
            Urgency::Critical => Weight::Bad,
            Urgency::Normal | Urgency::Low => Weight::Warn,
        },
        began,
        title: title.unwrap_or(&notice.title).to_owned(),
        notice: notice.number,
        deliveries: Vec::new(),
    };
    model.history.note(model.now, what);
}

/// Lets the rules hear a heartbeat that told nothing new.
pub(super) fn hear(model: &mut Model) {
    let mut alarms = std::mem::take(&mut model.alarms);
    alarms.hear(model);
    model.alarms = alarms;
}

/// How telling a notice by one channel went.
pub(super) fn told(model: &mut Model, delivery: &Delivery) {
    model.alarms.delivered(delivery);
    model.history.delivered(delivery);
    model.is_dirty = true;
}

/// A key of screen 9, or `n`.
pub(super) fn act(model: &mut Model, action: Action, commands: &mut Vec<Command>) {
    match action {
        Action::Acknowledge => {
            let chosen = selected(model).map(|one| (one.key.clone(), one.finding.title.clone()));
            match chosen {
                Some((key, _)) if model.alarms.get(&key).is_none() => {
                    model.say_fault("it is over: nothing to acknowledge".to_owned());
                }
                Some((key, title)) => {
                    model.alarms.acknowledge(&key, model.now, OPERATOR);
                    let till = "told no more until it ends";
                    model.say(format!(
                        "acknowledged: {title}; {till} (Tab: acknowledged ones)"
                    ));
                }
                None => model.say_fault("no alarm is chosen".to_owned()),
            }
        }
        Action::Snooze if selected(model).is_some() => model.ui.mode = Mode::Snooze,
        Action::NextSection => turn(model, Section::next),
        Action::PreviousSection => turn(model, Section::previous),
        Action::TestAlarm => {
            let mut alarms: Alarms = std::mem::take(&mut model.alarms);
            let notice = alarms.send_test(model);
            model.alarms = alarms;
            commands.push(Command::Notify(Box::new(notice)));
        }
        Action::NextFault => next_fault(model, commands),
        _ => {}
    }
}

/// The choice of a snooze: 1, 2 or 3; anything else takes it back.
pub(super) fn snooze_key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    model.ui.mode = Mode::Normal;
    let choice = match key {
        Key::Ctrl('c') => {
            commands.push(Command::Quit);
            return;
        }
        Key::Char('1') => 0,
        Key::Char('2') => 1,
        Key::Char('3') => 2,
        _ => return,
    };
    let minutes = model.alarms.settings().snooze_minutes[choice];
    if let Some(key) = selected(model).map(|alarm| alarm.key.clone()) {
        let until_mono_ms = model.now.mono_ms + minutes * 60_000;
        if model.alarms.snooze(&key, until_mono_ms) {
            model.say(format!("snoozed for {}: {key}", age(minutes * 60_000)));
        }
    }
}

fn turn(model: &mut Model, to: fn(Section) -> Section) {
    model.ui.alarm_section = to(model.ui.alarm_section);
    model.ui.scroll = 0;
    let list = model.ui.list_of_mut(Screen::Alarms);
    list.selected = None;
    list.last_index = 0;
}

/// From the alarms to the member that the selected one is about; elsewhere to the next member
/// with an alarm.
fn next_fault(model: &mut Model, commands: &mut Vec<Command>) {
    let subject = if model.ui.screen == Screen::Alarms {
        selected(model).and_then(|alarm| alarm.finding.subject.member().map(str::to_owned))
    } else {
        next_member(model)
    };
    let Some(address) = subject else { return };
    show(model, Screen::Members, commands);
    let list = model.ui.list_of_mut(Screen::Members);
    list.selected = Some(address.clone());
    if !rows::names(model).contains(&address) {
        model.ui.faults_only = false;
        model.ui.list_of_mut(Screen::Members).filter.0.clear();
    }
    let at = rows::names(model).iter().position(|name| *name == address);
    model.ui.list_of_mut(Screen::Members).last_index = at.unwrap_or(0);
}

/// The member with an alarm that comes after the selected one, in the order drawn.
fn next_member(model: &Model) -> Option<String> {
    let members = rows::members(model);
    let list = model.ui.list_of(Screen::Members);
    let at = rows::selected_index(list, &members, |member| member.address.as_str());
    let is_alarmed = |address: &str| {
        model
            .alarms
            .active()
            .any(|alarm| alarm.finding.subject.member() == Some(address))
    };
    // On the members' own screen the selected one is where the operator already is.
    let first = usize::from(model.ui.screen == Screen::Members);
    let order = (first..=members.len()).map(|step| (at + step) % members.len().max(1));
    order
        .filter_map(|index| members.get(index))
        .map(|member| member.address.clone())
        .find(|address| is_alarmed(address))
}
