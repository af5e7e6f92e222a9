//! What is told, and what is not: flapping, floods, reminders, snoozes, maintenance.

use zoowarden_console::{
    event::Event,
    model::alarm::{
        Alarms, Maintenance, MaintenanceScope,
        notice::{Channel, Delivery, Occasion, Urgency},
    },
    settings::parse,
};

use crate::alarm_stage::{Speaks, Stage};

fn occasions(stage: &mut Stage) -> Vec<Occasion> {
    let notices = stage.notices();
    notices.iter().map(|notice| notice.occasion).collect()
}

fn one_down_of_three() -> Stage {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.kill(1);
    stage
}

#[test]
fn the_third_time_in_ten_minutes_is_flapping_and_told_once() {
    let mut stage = Stage::of_apache(5);
    stage.play(5000);
    for _ in 0..2 {
        stage.kill(1);
        stage.play(5000);
        stage.revive(1, Speaks::Answers);
        stage.play(10_000);
    }
    assert_eq!(
        occasions(&mut stage),
        [
            Occasion::Began,
            Occasion::Ended,
            Occasion::Began,
            Occasion::Ended
        ]
    );
    for _ in 0..4 {
        stage.kill(1);
        stage.play(5000);
        stage.revive(1, Speaks::Answers);
        stage.play(10_000);
    }
    let notices = stage.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].title.contains("flapping"), "{notices:?}");
    assert!(stage.alarm("member-down/zk1:2181").is_flapping);
    stage.console.keys("9");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("▲ flapping") && screen.contains("not just now: "),
        "{screen}"
    );
    stage.play(3 * 60_000);
    assert_eq!(stage.active(), Vec::<String>::new());
    assert_eq!(occasions(&mut stage), [Occasion::Ended]);
    let ended = stage.console.model.alarms.history().next_back().unwrap();
    assert!(ended.is_flapping && !ended.is_calm(), "{ended:?}");
}

/// Down and up again, so often that it flaps; what was told of that is taken out.
fn flapping(voters: u64) -> Stage {
    let mut stage = Stage::of_apache(voters);
    stage.play(5000);
    for _ in 0..3 {
        stage.kill(1);
        stage.play(5000);
        stage.revive(1, Speaks::Answers);
        stage.play(10_000);
    }
    stage.notices();
    assert!(stage.alarm("member-down/zk1:2181").is_flapping);
    stage
}

fn told_of(stage: &mut Stage, alarm: &str) -> Vec<String> {
    let notices = stage.notices().into_iter();
    let of_it = notices.filter(|notice| notice.alarm.starts_with(alarm));
    of_it.map(|notice| notice.title).collect()
}

#[test]
fn what_flaps_and_then_stays_is_told_once_as_still_there() {
    let mut stage = flapping(5);
    for _ in 0..2 {
        stage.kill(1);
        stage.play(25_000);
        assert_eq!(occasions(&mut stage), [], "it may be flapping yet");
        stage.play(10_000);
        let notices = stage.notices();
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert_eq!(notices[0].occasion, Occasion::Reminder);
        assert_eq!(notices[0].urgency, Urgency::Normal);
        assert!(notices[0].title.starts_with("still there: "), "{notices:?}");
        stage.play(60_000);
        assert_eq!(occasions(&mut stage), [], "once per stay");
        stage.revive(1, Speaks::Answers);
        stage.play(10_000);
    }
}

#[test]
fn a_margin_of_nothing_that_flaps_is_told_each_time_at_most_once_a_minute() {
    let mut stage = flapping(3);
    let margin = "quorum-margin/";
    for _ in 0..3 {
        stage.play(60_000);
        stage.kill(1);
        stage.play(5000);
        assert_eq!(told_of(&mut stage, margin), ["again: quorum margin 0"]);
        stage.revive(1, Speaks::Answers);
        stage.play(10_000);
        stage.kill(1);
        stage.play(5000);
        assert_eq!(told_of(&mut stage, margin), Vec::<String>::new());
        stage.revive(1, Speaks::Answers);
    }
}

#[test]
fn the_fourth_loss_in_ten_minutes_is_told_when_the_third_was_over() {
    let mut stage = flapping(5);
    stage.play(3 * 60_000);
    assert_eq!(stage.active(), Vec::<String>::new(), "well for long enough");
    assert_eq!(occasions(&mut stage), [Occasion::Ended]);
    stage.kill(1);
    stage.play(5000);
    let notices = stage.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0].occasion, Occasion::Began);
    assert!(notices[0].body.contains("Begun 4 times"), "{notices:?}");
}

#[test]
fn a_member_that_goes_up_and_down_every_five_seconds_makes_few_notices() {
    let mut stage = Stage::of_apache(5);
    stage.play(5000);
    for _ in 0..90 {
        stage.kill(1);
        stage.play(5000);
        stage.revive(1, Speaks::Answers);
        stage.play(5000);
    }
    let told = occasions(&mut stage);
    assert!(told.len() <= 6, "in a quarter of an hour: {told:?}");
}

#[test]
fn the_notice_about_flapping_says_what_is_told_from_then_on() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    for _ in 0..3 {
        stage.notices();
        stage.kill(1);
        stage.play(5000);
        stage.revive(1, Speaks::Answers);
        stage.play(10_000);
    }
    let notices = stage.notices();
    let margin = notices.iter().find(|one| one.alarm.starts_with("quorum-m"));
    let body = &margin.unwrap().body;
    assert!(
        body.contains("each beginning is told, at most once a minute"),
        "{body}"
    );
}

#[test]
fn a_flood_becomes_one_notice() {
    let mut stage = Stage::of_apache(15);
    stage.play(5000);
    for id in 1..=14 {
        let limit = &mut stage.member(id).report;
        limit.digest_mismatches = Some(1);
        // Each poll is an observation of its own: nothing merges them by chance.
        stage.play(400);
    }
    let told = occasions(&mut stage);
    assert!(told.len() <= 6, "{told:?}");
    assert_eq!(told.last(), Some(&Occasion::Flood));
    assert_eq!(stage.active().len(), 14, "all of them stand on the screen");
    // What stops all writes breaks through.
    for id in 1..=7 {
        stage.kill(id);
    }
    let notices = stage.notices();
    assert!(
        notices
            .iter()
            .any(|notice| notice.urgency == Urgency::Critical),
        "{notices:?}"
    );
}

#[test]
fn a_margin_of_nothing_is_told_again_every_four_hours_until_somebody_has_seen_it() {
    let mut stage = one_down_of_three();
    assert_eq!(occasions(&mut stage), [Occasion::Began]);
    stage.pass_hours(9);
    assert_eq!(
        occasions(&mut stage),
        [Occasion::Reminder, Occasion::Reminder],
        "and the member itself is not"
    );
    stage.console.keys("9a");
    assert_eq!(stage.console.model.alarms.counts().acknowledged, 1);
    stage.pass_hours(5);
    assert_eq!(occasions(&mut stage), []);
    stage.revive(1, Speaks::Answers);
    stage.play(10_000);
    assert_eq!(occasions(&mut stage), [Occasion::Ended]);
}

#[test]
fn what_is_snoozed_is_told_again_when_the_snooze_is_over() {
    let mut stage = one_down_of_three();
    stage.notices();
    stage.console.keys("9m1");
    assert_eq!(stage.console.model.alarms.counts().snoozed, 1);
    stage.play(14 * 60_000);
    assert_eq!(occasions(&mut stage), []);
    stage.play(2 * 60_000);
    assert_eq!(occasions(&mut stage), [Occasion::Reminder]);
    // Another one, and its end in the middle of it: nothing to say.
    stage.console.keys("m3jm3");
    assert_eq!(stage.console.model.alarms.counts().snoozed, 2);
    stage.revive(1, Speaks::Answers);
    stage.play(10_000);
    assert_eq!(occasions(&mut stage), []);
    assert_eq!(stage.active(), Vec::<String>::new());
}

#[test]
fn a_snooze_can_be_taken_back() {
    let mut stage = one_down_of_three();
    stage.console.keys("9m<esc>");
    assert_eq!(stage.console.model.alarms.counts().snoozed, 0);
    assert_eq!(stage.console.model.alarms.counts().critical, 2);
}

#[test]
fn under_maintenance_nothing_is_told_and_what_lasts_is_told_after_it() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    let until = stage.at_ms + 60_000;
    stage.console.model.alarms.maintain(Some(Maintenance {
        scope: MaintenanceScope::All,
        until_mono_ms: until,
        ticket: String::new(),
    }));
    stage.kill(1);
    stage.play(5000);
    stage.revive(1, Speaks::Answers);
    stage.play(10_000);
    stage.kill(2);
    stage.play(30_000);
    assert_eq!(occasions(&mut stage), []);
    stage.play(30_000);
    let notices = stage.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].body.contains("zk2:2181 is down"), "{notices:?}");
}

#[test]
fn how_telling_went_stands_with_the_alarm() {
    let mut stage = one_down_of_three();
    let number = stage.notices()[0].number;
    let delivery = |channel, result| {
        Event::Told(Delivery {
            notice: number,
            channel,
            took_ms: 12,
            result,
        })
    };
    stage.event(delivery(Channel::Desktop, Err("no D-Bus session".into())));
    stage.event(delivery(Channel::Bell, Ok(())));
    assert_eq!(stage.alarm("member-down/zk1:2181").deliveries.len(), 2);
    let screen = {
        stage.console.keys("9");
        stage.console.screen(120, 35)
    };
    assert!(
        screen.contains("desktop: no D-Bus session, bell in 12 ms"),
        "{screen}"
    );
}

#[test]
fn a_test_alarm_is_told_and_shown_with_its_channels() {
    let mut stage = Stage::of_apache(3);
    stage.play(3000);
    stage.console.keys("9T");
    let notices = stage.notices();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].occasion, Occasion::Test);
    stage.event(Event::Told(Delivery {
        notice: notices[0].number,
        channel: Channel::Desktop,
        took_ms: 7,
        result: Ok(()),
    }));
    let screen = stage.console.screen(80, 24);
    assert!(screen.contains("desktop in 7 ms"), "{screen}");
    assert_eq!(stage.active(), Vec::<String>::new());
}

#[test]
fn a_demo_is_never_read_as_production() {
    let mut stage = Stage::of_ours(3);
    stage.console.model.cluster.demo = true;
    stage.play(3000);
    stage.kill(1);
    let notices = stage.notices();
    assert_eq!(notices[0].cluster, "DEMO prod-eu/orders");
}

#[test]
fn rules_are_set_in_console_toml() {
    let text = "[alarms]\nreminder_hours = 1\n[alarms.rules.quorum-margin]\nenabled = false\n";
    let alarms = parse(text, "console.toml").unwrap().alarms;
    let mut stage = Stage::of_apache(3);
    stage.console.model.alarms = Alarms::new(alarms);
    stage.play(5000);
    stage.kill(1);
    assert_eq!(stage.active(), ["member-down/zk1:2181"]);
    stage.pass_hours(2);
    assert_eq!(occasions(&mut stage), [Occasion::Began]);
}

#[test]
fn a_mistake_in_them_is_told_with_its_line() {
    let wrong = |text: &str| parse(text, "console.toml").unwrap_err().to_string();
    assert_eq!(
        wrong("[alarms.rules.latency]\nenabled = true\nthreshold = 1\n"),
        "console.toml:3: threshold: expected 2 to 1000, found 1 times its usual"
    );
    assert!(
        wrong("[alarms.rules.latencies]\nenabled = true\n")
            .starts_with("console.toml:1: no rule \"latencies\"; there are: own-connection, "),
    );
    assert_eq!(
        wrong("\n[alarms]\nsnooze_minutes = [1, 2]\n"),
        "console.toml:3: snooze_minutes: expected three, found 2"
    );
    assert!(wrong("[alarms]\nremind = 1\n").starts_with("console.toml:2: "));
}
