//! Screen 1: what is drawn of each state of an ensemble, at both sizes, and its keys.

use zoowarden_console::{
    event::Event,
    model::{next_step::next_step, ui::Screen},
    view::{Look, Theme},
};

use crate::{
    alarm_stage::Stage,
    fixture::console,
    screens::check,
    troupe::{self, leader_lost, mixed, no_quorum, one_dead, three_of_apaches, three_of_ours},
};

fn both(name: &str, stage: &mut Stage) {
    for (columns, rows) in [(120, 35), (80, 24)] {
        let screen = stage.console.screen(columns, rows);
        check(&format!("overview-{name}-{columns}x{rows}"), &screen);
    }
}

fn step(stage: &Stage) -> String {
    next_step(&stage.console.model).map_or(String::new(), |step| step.what)
}

#[test]
fn three_of_ours_are_healthy() {
    let mut stage = three_of_ours();
    assert_eq!(step(&stage), "nothing to do");
    both("healthy", &mut stage);
}

#[test]
fn a_dead_members_box_says_why_and_since_when() {
    let mut stage = one_dead();
    assert_eq!(step(&stage), "start 1");
    both("one-dead", &mut stage);
}

#[test]
fn without_a_leader_nobody_is_drawn_as_one() {
    both("leader-lost", &mut leader_lost());
}

#[test]
fn after_an_election_the_new_leader_stands_on_top() {
    both("elected", &mut troupe::elected());
}

#[test]
fn without_a_quorum_the_step_is_to_start_one() {
    let mut stage = no_quorum();
    assert_eq!(step(&stage), "start 2");
    both("no-quorum", &mut stage);
}

#[test]
fn five_voters_and_two_observers_ours_and_apaches() {
    both("mixed", &mut mixed());
}

#[test]
fn apaches_members_tell_less_and_what_they_do_not_is_a_question_mark() {
    both("apache", &mut three_of_apaches());
}

#[test]
fn before_anyone_has_answered_nothing_is_claimed() {
    let mut stage = Stage::of_ours(3);
    assert_eq!(step(&stage), "");
    both("asking", &mut stage);
}

#[test]
fn many_members_and_small_windows_get_a_line_each() {
    let mut stage = Stage::of_ours(9);
    troupe::writes(&mut stage, 3000);
    check("overview-nine-80x24", &stage.console.screen(80, 24));
    check("overview-mixed-60x15", &mixed().console.screen(60, 15));
}

#[test]
fn a_demo_begins_with_its_tip_and_it_goes() {
    let mut demo = console("demo-three");
    let screen = demo.screen(120, 35);
    assert!(screen.contains("tip:"), "{screen}");
    assert!(screen.contains("127.0.0.1:40001,127.0.0.1:40002"));
    demo.at(61_000, Event::Tick);
    assert!(!demo.screen(120, 35).contains("tip:"));
}

#[test]
fn arrows_choose_a_member_and_enter_opens_it() {
    let mut stage = three_of_ours();
    let console = &mut stage.console;
    console.keys("<right><right>");
    let chosen = console.model.ui.list().selected.clone();
    assert_eq!(
        chosen.as_deref(),
        Some("zk2:2181"),
        "leader 3, then 1, then 2"
    );
    console.keys("<left><enter>");
    assert_eq!(console.model.ui.screen, Screen::Members);
    let chosen = console.model.ui.list().selected.clone();
    assert_eq!(chosen.as_deref(), Some("zk1:2181"));
    console.keys("q");
    assert_eq!(console.model.ui.screen, Screen::Overview);
}

#[test]
fn in_ascii_the_picture_stands_too() {
    let look = Look {
        ascii: true,
        theme: Theme::Mono,
    };
    let mut stage = one_dead();
    for (columns, rows) in [(120, 35), (80, 24), (60, 15)] {
        let screen = stage.console.screen_with(columns, rows, look);
        assert!(screen.is_ascii(), "{screen}");
        assert!(
            screen.matches('?').count() < 12,
            "twins are known:\n{screen}"
        );
    }
}

#[test]
fn every_size_is_drawn_without_a_panic() {
    for mut stage in [mixed(), no_quorum(), Stage::of_ours(1), Stage::of_ours(9)] {
        for (columns, rows) in (1..=140)
            .step_by(17)
            .flat_map(|c| (1..=50).step_by(7).map(move |r| (c, r)))
        {
            for keys in ["1", "3", "4"] {
                stage.console.keys(keys);
                assert!(!stage.console.screen(columns, rows).trim().is_empty());
            }
        }
    }
}

/// A follower serves: there is a leader, and writes go on, only not before these eyes.
#[test]
fn one_address_of_an_ensemble_asks_for_the_others() {
    let mut console = console("one-address");
    let screen = console.screen(120, 35);
    assert!(screen.contains("CANNOT TELL a quorum holds"), "{screen}");
    assert!(screen.contains("it cannot be asked from here"), "{screen}");
    assert!(!screen.contains("nothing can be written"), "{screen}");
    let step = next_step(&console.model).unwrap();
    assert_eq!(step.what, "name the other members");
    assert!(step.why.contains("--connect"), "{}", step.why);
}
