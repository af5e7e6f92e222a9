//! Screen 9: keystrokes in, screen out.

use zoowarden_console::{
    model::{alarm::Section, ui::Screen},
    view::{Look, Theme},
};

use crate::{alarm_stage::Stage, screens::check};

/// One voter of three is down for a while.
fn down() -> Stage {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.kill(1);
    stage.play(4000);
    stage
}

#[test]
fn the_active_ones_with_what_to_do_and_who_was_told() {
    let mut stage = down();
    stage.console.keys("9");
    check("alarms-active-120x35", &stage.console.screen(120, 35));
    check("alarms-active-80x24", &stage.console.screen(80, 24));
}

#[test]
fn the_rules_say_what_they_need() {
    let mut stage = down();
    stage.console.keys("9hjjjjjjj");
    assert_eq!(stage.console.model.ui.alarm_section, Section::Rules);
    check("alarms-rules-120x35", &stage.console.screen(120, 35));
    check("alarms-rules-80x24", &stage.console.screen(80, 24));
    stage.console.keys("G");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("no member tells its clock"), "{screen}");
}

#[test]
fn the_sections_turn_and_count() {
    let mut stage = down();
    stage.console.keys("9a");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("active 1"), "{screen}");
    stage.console.keys("l");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("by you at"), "{screen}");
    stage.console.keys("hm2ll");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("snoozed 1") && screen.contains("for 1 h 0 m more"),
        "{screen}"
    );
    stage.revive(1, crate::alarm_stage::Speaks::Answers);
    stage.play(8000);
    stage.console.keys("l");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("history 2") && screen.contains("it is over"),
        "{screen}"
    );
}

#[test]
fn n_goes_to_the_member_that_is_meant() {
    let mut stage = down();
    stage.console.keys("9j<enter>");
    assert_eq!(stage.console.model.ui.screen, Screen::Members);
    let selected = stage.console.model.ui.list().selected.clone();
    assert_eq!(selected.as_deref(), Some("zk1:2181"));
    stage.kill(2);
    stage.console.keys("n");
    let selected = stage.console.model.ui.list().selected.clone();
    assert_eq!(selected.as_deref(), Some("zk2:2181"));
    stage.console.keys("n");
    let selected = stage.console.model.ui.list().selected.clone();
    assert_eq!(selected.as_deref(), Some("zk1:2181"));
}

#[test]
fn a_snooze_asks_for_how_long() {
    let mut stage = down();
    stage.console.keys("9m");
    let screen = stage.console.screen(80, 24);
    assert!(
        screen.contains("snooze for   1 15 m 0 s  2 1 h 0 m  3 8 h 0 m"),
        "{screen}"
    );
}

#[test]
fn in_a_quiet_ensemble_the_screen_says_so() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.console.keys("9");
    let screen = stage.console.screen(80, 24);
    assert!(screen.contains("no alarm: "), "{screen}");
    stage.console.keys("a m n<enter>");
    assert_eq!(stage.console.model.ui.screen, Screen::Alarms);
}

#[test]
fn it_is_whole_in_ascii() {
    let mut stage = down();
    stage.console.keys("9");
    let look = Look {
        ascii: true,
        theme: Theme::Mono,
    };
    let screen = stage.console.screen_with(120, 35, look);
    assert!(
        screen.is_ascii() && screen.contains("X CRITICAL"),
        "{screen}"
    );
}
