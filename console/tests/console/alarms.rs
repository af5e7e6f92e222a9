//! Screen 9: keystrokes in, screen out.

use zoowarden_console::{
    event::Event,
    model::{
        Load,
        alarm::{
            Section,
            notice::{Channel, Delivery},
        },
        rows::alarms::selected,
        ui::Screen,
    },
    view::{Look, Theme},
};
use zoowarden_shared::admin::Monitor;

use crate::{
    alarm_stage::Stage,
    screens::check,
    troupe::{one_dead, three_of_ours},
};

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

#[test]
fn what_was_acknowledged_is_said_beside_the_alarms_that_are_left() {
    let mut stage = one_dead();
    stage.console.keys("9");
    let title = selected(&stage.console.model)
        .unwrap()
        .finding
        .title
        .clone();
    stage.console.keys("a");
    let screen = stage.console.screen(120, 35);
    let said = format!(" alarms 1 ✕  ● acknowledged: {title}; told no more until it ends");
    assert!(screen.contains(&said), "{screen}");
    stage.console.keys("aa");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("no alarm is chosen"), "{screen}");
}

#[test]
fn the_footer_says_what_we_cost_each_member_and_what_the_recording_holds() {
    let mut stage = three_of_ours();
    for (ms, packets) in [(0, 1000), (10_000, 11_000)] {
        stage.play(ms);
        for actor in stage.actors.clone() {
            let monitor = Monitor::from_text(&format!("zk_packets_received\t{packets}\n"));
            stage.event(Event::Metrics {
                address: actor.address,
                at_mono_ms: stage.at_ms,
                monitor: Box::new(monitor),
            });
        }
    }
    stage.event(Event::Load(Load {
        requests_per_s: Some(6.0),
        watches: 1,
        streams: 3,
    }));
    let since_wall_ms = stage.console.model.now.wall_ms - 134 * 60_000;
    stage.event(Event::Recording { since_wall_ms });
    let screen = stage.console.screen(120, 35);
    let ours =
        "our load: 2.0 polls/s a member, 0.2 % of its requests, no session   recording 2 h 14 m";
    assert!(screen.contains(ours), "{screen}");
}

#[test]
fn what_was_told_stands_among_what_happened_with_its_channels() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.notices();
    stage.kill(1);
    stage.play(10_000);
    let notice = stage.notices().into_iter().next().expect("a notice");
    stage.console.now(Event::Told(Delivery {
        notice: notice.number,
        channel: Channel::Desktop,
        took_ms: 12,
        result: Ok(()),
    }));
    stage.console.keys("1");
    let screen = stage.console.screen(120, 35);
    let line = screen.lines().find(|line| line.contains("alarm     "));
    let line = line.unwrap_or_else(|| panic!("{screen}"));
    assert!(line.contains(&notice.title), "{line}");
    assert!(line.contains("told: desktop in 12 ms"), "{line}");
}
