//! What screen 0 and `x` list: the best first, what is refused with its arithmetic.

use super::*;

#[test]
fn what_can_be_done_about_a_dead_member_is_ranked_and_what_must_not_be_is_refused() {
    let mut stage = able(one_dead());
    stage.console.keys("0");
    both("one-dead", &mut stage);
}

#[test]
fn what_names_a_member_wants_its_name_and_enter() {
    let mut stage = able(three_of_ours());
    stage.console.keys("2x");
    both("choices", &mut stage);
    let number = choice(&stage, "restart 1");
    stage.console.keys(&number.to_string());
    poll(&mut stage);
    asked(&mut stage);
    stage.console.keys("2<enter>");
    assert_eq!(asked(&mut stage), []);
    both("gate-wrong-name", &mut stage);
    stage.console.keys("<back>1");
    assert_eq!(
        asked(&mut stage),
        [],
        "an id of one digit wants its Enter too"
    );
    stage.console.keys("<enter>");
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Poll(_)]));
}

/// The number of an action in the list that is open.

#[test]
fn the_key_that_opened_the_gate_does_not_confirm_it() {
    let mut stage = able(three_of_ours());
    stage.console.keys("2jx");
    let number = choice(&stage, "hand the leadership to 2");
    let key = char::from_digit(number as u32, 10).unwrap();
    stage.console.keys(&key.to_string());
    poll(&mut stage);
    asked(&mut stage);
    stage.console.keys(&format!("{key}{key}{key}"));
    assert_eq!(asked(&mut stage), []);
    stage.console.keys("<back><back><back>2<enter>");
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Poll(_)]));
    poll(&mut stage);
    let run = asked(&mut stage);
    let [GateCommand::Run(orders)] = &run[..] else {
        panic!("{run:?}");
    };
    assert!(
        orders.judgement.plan[0]
            .does
            .contains("transfer_leadership?to=2&epoch=5")
    );
}

#[test]
fn without_hooks_the_line_that_opens_it_is_named() {
    let mut stage = three_of_apaches();
    stage.console.keys("0");
    both("nothing-to-act-with", &mut stage);
    stage.console.keys("d");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("[cluster.hooks] restart ="), "{screen}");
    let mut stage = one_dead();
    stage.event(Event::Resize(120, 35));
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(
        (step.weighed, step.what.as_str()),
        (Weighed::ByHand, "start 1")
    );
}

#[test]
fn without_a_quorum_the_steps_lead_back_to_one() {
    let mut stage = able(no_quorum());
    assert_eq!(next_step(&stage.console.model).unwrap().what, "start 2");
    stage.console.keys("0");
    both("no-quorum", &mut stage);
    stage.console.keys("<enter>");
    let gate = stage.console.model.recovery.gate.as_ref().unwrap();
    assert_eq!(
        gate.action.to_string(),
        "start 2",
        "0 Enter is the next step"
    );
}

#[test]
fn in_a_mixed_ensemble_only_ours_are_handed_the_leadership() {
    let mut stage = able(mixed());
    stage.console.keys("0");
    both("mixed", &mut stage);
}

#[test]
fn what_cannot_be_acted_on_says_so() {
    let mut stage = able(three_of_ours());
    stage.console.keys("7x");
    let said = stage.console.model.ui.said.clone().unwrap();
    assert!(said.is_fault, "{}", said.text);
    stage.console.keys("5x");
    assert!(stage.console.model.ui.said.clone().unwrap().is_fault);
    assert_eq!(stage.console.model.ui.screen, Screen::Sessions);
}

#[test]
fn what_only_the_operator_knows_is_typed_and_gets_the_same_gate() {
    let mut stage = able(three_of_ours());
    asked(&mut stage);
    stage.console.keys(":act restore /backup/snapshot.5<enter>");
    let restore = Action::Restore {
        file: "/backup/snapshot.5".into(),
    };
    assert_eq!(asked(&mut stage), [GateCommand::Poll(restore)]);
    assert_eq!(stage.console.model.ui.screen, Screen::Recover);
    stage.console.keys("<esc>:act explode<enter>");
    assert_eq!(asked(&mut stage), []);
    let said = stage.console.model.ui.said.clone().unwrap();
    assert!(said.text.contains("expected an action"), "{}", said.text);
}

#[test]
fn the_step_is_copied_as_a_line_for_the_ticket() {
    let mut stage = able(one_dead());
    asked(&mut stage);
    stage.console.keys("0c");
    let copied = "start 1: SAFE: nothing stops; margin 0 → 1, 0 sessions move".to_owned();
    assert!(stage.console.commands.contains(&Command::Copy(copied)));
    stage.console.keys("y");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("\"verdict\": \"SAFE\""), "{screen}");
}

/// A follower is dead and the other one hangs: until `syncLimit` ticks are over the leader goes
/// on to say that it leads.
#[test]
fn a_leader_that_commits_nothing_is_no_quorum_and_a_gate_knows_it() {
    let mut stage = able(three_of_ours());
    let waiting = |stage: &mut Stage, transactions| {
        let beat = &mut stage.member(3).beat;
        beat.ensemble.as_mut().unwrap().logged = beat.zxid + transactions;
    };
    waiting(&mut stage, 2);
    stage.play(2_000);
    assert!(
        stage.console.screen(120, 35).contains("HEALTHY"),
        "a slow write"
    );
    stage.play(3_000);
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("gets no quorum's acknowledgement"),
        "{screen}"
    );
    asked(&mut stage);
    stage.console.keys(":act restart 3<enter>");
    let command = stage
        .console
        .commands
        .iter()
        .find_map(|command| match command {
            Command::Act { before, .. } => Some(before),
            _ => None,
        });
    assert!(command.unwrap().stuck_at.is_some());
    stage.console.keys("<esc>");
    waiting(&mut stage, 0);
    stage.play(200);
    assert!(stage.console.screen(120, 35).contains("HEALTHY"));
}

/// The configuration went on without 1, as after a lost quorum: its old data must not vote.
#[test]
fn the_overview_does_not_start_whom_the_configuration_left_behind() {
    let mut stage = able(one_dead());
    assert_eq!(next_step(&stage.console.model).unwrap().what, "start 1");
    stage.console.model.known.config.servers.remove(&Sid(1));
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(
        (step.weighed, step.what.as_str()),
        (Weighed::Look, "bring 1 back by hand")
    );
    stage.console.keys("0");
    let screen = stage.console.screen(120, 35);
    let start = screen.lines().find(|line| line.contains("start 1"));
    assert!(start.is_none_or(|line| !line.contains("SAFE")), "{screen}");
}

#[test]
fn a_snapshot_is_taken_from_its_page_behind_a_gate() {
    let mut stage = able(three_of_ours());
    stage.console.keys("2:snapshots<enter>");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("x here, or :act snapshot"), "{screen}");
    stage.console.keys("x");
    let number = choice(&stage, "snapshot 1");
    stage.console.keys(&number.to_string());
    poll(&mut stage);
    asked(&mut stage);
    stage.console.keys("y");
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Poll(_)]));
    // A console that may only read refuses at the gate.
    let mut stage = able(three_of_ours());
    stage.console.model.recovery.means.is_read_only = true;
    stage.console.keys(":act snapshot 1<enter>");
    poll(&mut stage);
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("this console is read-only"), "{screen}");
}

/// Of a demo's processes: the line that was shown as its twin could only be refused.
#[test]
fn what_only_this_console_can_do_has_no_headless_twin() {
    let mut stage = able(one_dead());
    stage.console.model.cluster.demo = true;
    let means = &mut stage.console.model.recovery.means;
    means.hooks.clear();
    means.processes = (1..=3).map(|n| format!("zk{n}:2181")).collect();
    stage.console.keys("0");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("none: the process is a child"), "{screen}");
    assert!(!screen.contains("zoowarden act"), "{screen}");
    stage.revive(1, Speaks::Beats);
    writes(&mut stage, 2000);
    stage.console.keys("10/leadership to 1<enter>");
    let screen = stage.console.screen(120, 35);
    let line = "zoowarden act transfer-leadership 1 --digest-file FILE";
    assert!(screen.contains(line), "{screen}");
    assert!(screen.contains("demo:demo"), "{screen}");
}
