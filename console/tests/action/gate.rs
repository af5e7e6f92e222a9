//! The gate: what is typed, what is asked again, what has changed meanwhile.

use zoowarden_console::{
    action::{End, Facts, Field, Gate, GateCommand, Outcome, Progress, Stage},
    keymap::Key,
    model::clock::Now,
};
use zoowarden_shared::Zxid;

use super::ensemble::{EPOCH, action, facts, means};

const NOW: Now = Now {
    mono_ms: 1_000_000,
    wall_ms: 0,
};

/// A gate that shows its judgement.
fn shown(line: &str, facts: Facts) -> Gate {
    let (mut gate, command) = Gate::open(action(line), Some(Key::Enter));
    assert_eq!(command, GateCommand::Poll(action(line)));
    assert_eq!(gate.polled(Ok(facts), &means()), None);
    assert_eq!(gate.stage, Stage::Shown);
    gate
}

fn types(gate: &mut Gate, text: &str) -> Option<GateCommand> {
    let mut last = None;
    for c in text.chars() {
        last = match c {
            '\n' => gate.key(NOW, Key::Enter),
            '\t' => gate.key(NOW, Key::Tab),
            c => gate.key(NOW, Key::Char(c)),
        };
    }
    last
}

#[test]
fn a_name_is_typed_and_all_is_asked_again_before_anything_is_sent() {
    let mut gate = shown("restart 2", facts("1L 2F 3F"));
    assert_eq!(
        types(&mut gate, "\n\n\n"),
        None,
        "an Enter that repeats confirms nothing"
    );
    assert_eq!(types(&mut gate, "3\n"), None, "that is another's name");
    assert_eq!(gate.missing(), ["type the member, 2"]);
    gate.key(NOW, Key::Backspace);
    assert!(matches!(
        types(&mut gate, "2\n"),
        Some(GateCommand::Poll(_))
    ));
    assert_eq!(gate.stage, Stage::Rechecking);
    let command = gate.polled(Ok(facts("1L 2F 3F")), &means());
    let Some(GateCommand::Run(orders)) = command else {
        panic!("{command:?}");
    };
    assert_eq!(orders.typed.confirm, "2");
    gate.progressed(Progress::Step(1));
    gate.progressed(Progress::Waiting("2 refused".to_owned()));
    gate.progressed(Progress::Line("restarting".to_owned()));
    assert!(matches!(
        &gate.stage,
        Stage::Acting {
            step: 1,
            waiting: Some(_),
            ..
        }
    ));
    gate.progressed(Progress::Ended(Outcome::Done { took_ms: 900 }));
    assert!(matches!(
        gate.stage,
        Stage::Ended(End::Ran(Outcome::Done { .. }))
    ));
    assert_eq!(gate.key(NOW, Key::Esc), Some(GateCommand::Close));
}

#[test]
fn y_is_enough_where_nothing_can_break_but_not_from_the_key_that_opened() {
    let mut gate = shown("start 3", facts("1L 2F 3x"));
    assert_eq!(types(&mut gate, "\n"), None);
    assert!(matches!(types(&mut gate, "y"), Some(GateCommand::Poll(_))));

    let (mut gate, _) = Gate::open(action("start 3"), Some(Key::Char('y')));
    gate.polled(Ok(facts("1L 2F 3x")), &means());
    assert_eq!(types(&mut gate, "yyy"), None, "the same key, held down");
}

#[test]
fn a_refusal_ends_the_gate_and_is_written_down() {
    let (mut gate, _) = Gate::open(action("restart 2"), None);
    let command = gate.polled(Ok(facts("1L 2F 3x")), &means());
    let Some(GateCommand::Record(_, End::Refused { why })) = command else {
        panic!("{command:?}");
    };
    assert_eq!(why, "quorum: would leave 1 of 3, need 2");
    assert_eq!(types(&mut gate, "2"), None);
}

#[test]
fn whatever_has_changed_since_it_was_shown_aborts() {
    let newer = |change: fn(&mut Facts)| {
        let mut newer = facts("1L 2F 3F");
        change(&mut newer);
        newer
    };
    let epoch = newer(|facts| facts.members[0].zxid = Some(Zxid::new(EPOCH + 1, 0)));
    let config = newer(|facts| facts.config.as_mut().unwrap().version += 1);
    let settling = newer(|facts| facts.members[0].leads_ms = Some(1_000));
    for (facts_now, expected) in [
        (facts("1F 2F 3L"), "3 leads now, not 1"),
        (epoch, "the epoch is 8 now, not 7"),
        (config, "another configuration"),
        (settling, "a check that passed"),
    ] {
        let mut gate = shown("restart 2", facts("1L 2F 3F"));
        types(&mut gate, "2\n");
        let command = gate.polled(Ok(facts_now), &means());
        let Some(GateCommand::Record(_, End::Aborted { changed })) = command else {
            panic!("{expected}: {command:?}");
        };
        assert!(changed.starts_with(expected), "{changed}");
    }
    // A member that died meanwhile is no abort but a refusal, with its arithmetic.
    let mut gate = shown("restart 2", facts("1L 2F 3F"));
    types(&mut gate, "2\n");
    gate.polled(Ok(facts("1L 2F 3x")), &means());
    assert!(matches!(gate.stage, Stage::Ended(End::Refused { .. })));
}

#[test]
fn soft_checks_yield_to_a_reason_and_to_nothing_else() {
    let mut young = facts("1L 2F 3F");
    young.members[0].leads_ms = Some(5_000);
    let mut gate = shown("restart 2", young.clone());
    assert_eq!(gate.field, Field::Reason, "it is asked for first");
    types(&mut gate, "\t\t2\n");
    assert_eq!(gate.stage, Stage::Shown);
    assert!(gate.missing()[0].starts_with("a reason for: stability"));
    types(&mut gate, "\tsecurity fix\tCHG-7\t");
    assert!(matches!(types(&mut gate, "\n"), Some(GateCommand::Poll(_))));
    let Some(GateCommand::Run(orders)) = gate.polled(Ok(young), &means()) else {
        panic!("{:?}", gate.stage);
    };
    assert_eq!(
        (&*orders.typed.reason, &*orders.typed.ticket),
        ("security fix", "CHG-7")
    );
}

#[test]
fn esc_leaves_before_anything_is_sent_and_s_stops_afterwards() {
    let mut gate = shown("rolling-restart", facts("1L 2F 3F"));
    assert_eq!(gate.key(NOW, Key::Esc), Some(GateCommand::Close));
    let mut gate = shown("rolling-restart", facts("1L 2F 3F"));
    types(&mut gate, "prod\n");
    gate.polled(Ok(facts("1L 2F 3F")), &means());
    assert_eq!(gate.key(NOW, Key::Esc), Some(GateCommand::Leave));
    assert!(gate.goes_on());
    assert_eq!(gate.key(NOW, Key::Char('s')), Some(GateCommand::Stop));
    assert!(matches!(gate.stage, Stage::Acting { stops: true, .. }));
}

#[test]
fn pasted_text_is_text_and_confirms_nothing() {
    let mut gate = shown("start 3", facts("1L 2F 3x"));
    gate.paste("y\n");
    assert_eq!(gate.stage, Stage::Shown);
    assert_eq!(gate.typed.confirm, "y");
    assert!(matches!(types(&mut gate, "\n"), Some(GateCommand::Poll(_))));
}

#[test]
fn a_poll_that_fails_and_one_that_comes_late_change_nothing() {
    let (mut gate, _) = Gate::open(action("start 3"), None);
    gate.polled(Err("no member is known".to_owned()), &means());
    assert!(matches!(gate.stage, Stage::Ended(End::CouldNotLook { .. })));
    assert_eq!(gate.polled(Ok(facts("1L 2F 3x")), &means()), None);
}

#[test]
fn shift_tab_goes_back_to_the_field_before() {
    let mut gate = shown("restart 2", facts("1L 2F 3F"));
    assert_eq!(gate.field, Field::Confirm);
    gate.key(NOW, Key::Tab);
    assert_eq!(gate.field, Field::Ticket);
    gate.key(NOW, Key::BackTab);
    assert_eq!(gate.field, Field::Confirm);
    gate.key(NOW, Key::BackTab);
    assert_eq!(gate.field, Field::Ticket);
}
