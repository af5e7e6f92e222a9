//! The demo's menu of what can be broken: keystrokes in, screen and commands out.

use zoowarden_console::{
    demo::{MemberEnd, Supervised},
    event::{Broken, Command, Event},
    keymap::bound::Keys,
    model::{breaks::Breakage, happening::What},
};
use zoowarden_server::supervise::Phase;

use crate::{
    alarm_stage::{Speaks, Stage},
    screens::check,
    troupe::{one_dead, three_of_ours, writes},
};

/// A stage that this console has spawned.
fn spawned(mut stage: Stage) -> Stage {
    let model = &mut stage.console.model;
    model.cluster.demo = true;
    model.breaks.is_possible = true;
    model.keys = Keys::new(&[], true);
    for (pid, actor) in (4001..).zip(&stage.actors) {
        model.cluster.pids.insert(actor.address.clone(), pid);
    }
    stage
}

fn broken(stage: &mut Stage) -> Vec<Breakage> {
    let commands = std::mem::take(&mut stage.console.commands).into_iter();
    let breakages = commands.filter_map(|command| match command {
        Command::Break { breakage, .. } => Some(breakage),
        _ => None,
    });
    breakages.collect()
}

#[test]
fn each_line_says_what_will_be_seen() {
    let mut stage = spawned(three_of_ours());
    stage.console.keys("B");
    check("breaks-120x35", &stage.console.screen(120, 35));
    stage.console.keys("15");
    check("breaks-typed-80x24", &stage.console.screen(80, 24));
}

#[test]
fn it_takes_the_letter_a_number_and_enter_and_is_noted() {
    let mut stage = spawned(three_of_ours());
    for keys in ["B15", "<esc>B<enter>", "<back>99<enter>", "<c-u>x", "<esc>"] {
        stage.console.keys(keys);
        assert_eq!(broken(&mut stage), [], "{keys}");
    }
    stage.event(Event::Paste("B15\n".into()));
    assert_eq!(broken(&mut stage), []);
    stage.console.keys("B15<enter>");
    assert_eq!(broken(&mut stage), [Breakage::Kill]);
    let history = &stage.console.model.history;
    let newest = history
        .entries()
        .next_back()
        .map(|entry| entry.what.clone());
    assert_eq!(
        newest,
        Some(What::Operator {
            who: "you".into(),
            what: "kill -9 member 3 (demo)".into(),
        })
    );
}

#[test]
fn what_was_stopped_can_go_on_and_what_is_down_can_be_started() {
    let mut stage = spawned(three_of_ours());
    let address = stage.actors[0].address.clone();
    let said = |breakage| {
        Event::Broken(Broken {
            breakage,
            address: address.clone(),
            answer: Ok("process 4001 stands still".into()),
        })
    };
    stage.event(said(Breakage::Stop));
    assert!(stage.console.screen(120, 35).contains("stands still"));
    stage.console.keys("B1<enter>");
    assert_eq!(broken(&mut stage), [Breakage::GoOn]);
    stage.event(said(Breakage::GoOn));
    stage.console.keys("B3<enter>");
    assert_eq!(broken(&mut stage), [Breakage::HoldDown]);
    stage.event(ended(&address));
    stage.event(Event::Supervised(Supervised {
        phase: Phase::Stopped,
        pid: None,
        said: "it was stopped: screen 0 starts it".into(),
        ..by_itself(&address)
    }));
    stage.console.keys("B1<enter>");
    assert_eq!(broken(&mut stage), [Breakage::Start]);
}

#[test]
fn what_was_cut_off_filled_or_slowed_can_be_mended_and_what_was_damaged_started_anew() {
    let mut stage = spawned(three_of_ours());
    let address = stage.actors[0].address.clone();
    for (number, breaks, mends) in [
        (4, Breakage::CutOff, Breakage::HealLinks),
        (6, Breakage::FillDisk, Breakage::MakeRoom),
        (7, Breakage::SlowDisk, Breakage::QuickenDisk),
    ] {
        for breakage in [breaks, mends] {
            stage.console.keys(&format!("B{number}<enter>"));
            assert_eq!(broken(&mut stage), [breakage]);
            stage.event(Event::Broken(Broken {
                breakage,
                address: address.clone(),
                answer: Ok(String::new()),
            }));
        }
    }
    stage.kill(1);
    stage.event(ended_so(&address, "exit status: 65"));
    writes(&mut stage, 1000);
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("resync 1"), "the next step: {screen}");
    stage.console.keys("B");
    let menu = stage.console.screen(120, 35);
    assert!(menu.contains("it refuses its data again"), "{menu}");
    assert!(!menu.contains("it recovers"), "{menu}");
    stage.console.keys("2<enter>");
    assert_eq!(broken(&mut stage), [Breakage::StartAnew]);
    // Without room it ends again, however it is started.
    stage.event(Event::Broken(Broken {
        breakage: Breakage::FillDisk,
        address,
        answer: Ok(String::new()),
    }));
    stage.console.keys("B");
    let menu = stage.console.screen(120, 35);
    assert_eq!(menu.matches("make room first").count(), 2, "{menu}");
}

#[test]
fn q_asks_before_it_stops_the_members_of_a_demo() {
    let mut stage = spawned(three_of_ours());
    stage.console.keys("q");
    assert!(!stage.console.commands.contains(&Command::Quit));
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("q again stops the members"), "{screen}");
    stage.console.keys("q");
    assert!(stage.console.commands.contains(&Command::Quit));
}

fn ended(address: &str) -> Event {
    ended_so(address, "signal: 9 (SIGKILL)")
}

fn ended_so(address: &str, how: &str) -> Event {
    Event::MemberEnded(MemberEnd {
        address: address.to_owned(),
        pid: 4001,
        how: how.into(),
        last_words: Vec::new(),
    })
}

/// Started by its supervisor alone.
fn by_itself(address: &str) -> Supervised {
    Supervised {
        address: address.to_owned(),
        phase: Phase::Running,
        pid: Some(4711),
        said: "it runs as process 4711".into(),
        is_by_itself: true,
    }
}

#[test]
fn a_supervisor_that_waits_can_be_told_not_to_start_it() {
    let mut stage = spawned(three_of_ours());
    let address = stage.actors[0].address.clone();
    stage.event(ended(&address));
    let said = "it ended: restarts in 1 s";
    stage.event(Event::Supervised(Supervised {
        phase: Phase::BackingOff,
        pid: None,
        said: said.into(),
        is_by_itself: false,
        ..by_itself(&address)
    }));
    stage.console.keys("4");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains(said), "{screen}");
    stage.console.keys(":autopilot<enter>");
    let screen = stage.console.screen(120, 35);
    let keeps = "this demo's supervisor starts it again where it crashes";
    assert!(screen.contains(said), "{screen}");
    assert_eq!(screen.matches(keeps).count(), 2, "{screen}");
    stage.console.keys("<esc>B2<enter>");
    assert_eq!(broken(&mut stage), [Breakage::HoldDown]);
    stage.event(Event::Supervised(by_itself(&address)));
    stage.console.keys("B1<enter>");
    assert_eq!(broken(&mut stage), [Breakage::Kill]);
    let pids = &stage.console.model.cluster.pids;
    assert_eq!(pids.get(&address), Some(&4711));
}

#[test]
fn with_no_member_to_spare_it_says_that_writes_will_stop() {
    let mut stage = spawned(one_dead());
    writes(&mut stage, 4000);
    stage.console.keys("B");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("NO QUORUM: writes stop"), "{screen}");
}

#[test]
fn what_is_out_already_is_not_said_to_cost_the_quorum() {
    let mut stage = spawned(one_dead());
    writes(&mut stage, 4000);
    let address = stage.actors[0].address.clone();
    stage.event(Event::Broken(Broken {
        breakage: Breakage::Stop,
        address,
        answer: Ok(String::new()),
    }));
    stage.console.keys("B");
    let screen = stage.console.screen(120, 35);
    let line = |what: &str| screen.lines().find(|line| line.contains(what)).unwrap();
    let out = line("kill -9 member 1");
    assert!(out.contains("nothing more is lost"), "{screen}");
    let serving = line("kill -9 member 2");
    assert!(serving.contains("NO QUORUM"), "{screen}");
}

#[test]
fn in_a_small_window_the_list_goes_on_by_arrows_and_numbers_stay() {
    let mut stage = spawned(three_of_ours());
    stage.console.keys("B");
    let screen = stage.console.screen(80, 15);
    assert!(screen.contains("more below: arrows"), "{screen}");
    assert!(!screen.contains("member 3"), "{screen}");
    stage.console.keys("<up>");
    let screen = stage.console.screen(80, 15);
    assert!(screen.contains("more above: arrows"), "{screen}");
    assert!(screen.contains(">21 slow the disk of member 3"), "{screen}");
    // Another member ends meanwhile: what has been read keeps its number.
    let address = stage.actors[0].address.clone();
    stage.event(ended(&address));
    stage.console.keys("<up>");
    let screen = stage.console.screen(80, 15);
    assert!(screen.contains(">20 fill the disk of member 3"), "{screen}");
    stage.console.keys("<c-u>7<down>");
    let screen = stage.console.screen(80, 15);
    assert!(screen.contains("> 8 kill -9 member 2"), "{screen}");
}

#[test]
fn it_is_nowhere_but_in_a_demo_that_this_console_spawned() {
    let mut stage = three_of_ours();
    // A recording of a demo is drawn as one, too.
    stage.console.model.cluster.demo = true;
    for keys in ["B", "B8<enter>", "?", "<esc>:break", "<esc>"] {
        stage.console.keys(keys);
        let screen = stage.console.screen(120, 35);
        assert!(!screen.contains("break something"), "{keys}\n{screen}");
    }
    assert_eq!(broken(&mut stage), []);
    let mut stage = spawned(three_of_ours());
    stage.console.model.read_only = true;
    stage.console.keys("B8<enter>");
    assert!(stage.console.screen(120, 35).contains("--read-only"));
    assert_eq!(broken(&mut stage), []);
}

#[test]
fn the_tips_follow_what_was_done() {
    let tip = |stage: &mut Stage| {
        let screen = stage.console.screen(120, 35);
        let tip = screen.lines().find(|line| line.contains(" tip: "));
        tip.unwrap_or_default().to_owned()
    };
    let mut stage = spawned(three_of_ours());
    let told = tip(&mut stage);
    assert!(told.contains("B breaks something"), "{told}");
    stage.console.keys("B3<enter>");
    let told = tip(&mut stage);
    assert!(told.contains("kill the leader"), "{told}");
    stage.kill(1);
    writes(&mut stage, 4000);
    let told = tip(&mut stage);
    assert!(told.contains("try something foolish"), "{told}");
    stage.revive(1, Speaks::Beats);
    writes(&mut stage, 4000);
    stage.console.keys("B15<enter>");
    writes(&mut stage, 1000);
    let told = tip(&mut stage);
    assert!(!told.contains("kill the leader"), "{told}");
    // A recording of a demo has nothing to be broken.
    stage.console.model.breaks.is_possible = false;
    let told = tip(&mut stage);
    assert!(!told.contains("B breaks"), "{told}");
}
