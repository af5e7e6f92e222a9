//! Screen 3: who measured what, which cuts are one way, and the sentence for the network.

use zoowarden_console::{
    event::{Command, Event},
    model::{
        links::{
            End, Link, LinkState, MeasuredBy, blame,
            knock::{Door, Knock, Port},
            links,
        },
        next_step::next_step,
    },
};

use crate::{
    alarm_stage::Stage,
    screens::check,
    troupe::{
        apaches_follower_is_gone, cut_off_and_lost, leader_lost, mixed, no_quorum, one_dead,
        stands_at, three_of_apaches, three_of_ours, writes,
    },
};

fn both(name: &str, stage: &mut Stage) {
    stage.console.keys("3");
    for (columns, rows) in [(120, 35), (80, 24)] {
        let screen = stage.console.screen(columns, rows);
        check(&format!("links-{name}-{columns}x{rows}"), &screen);
    }
}

fn link(stage: &Stage, from: &str, to: &str) -> Link {
    let from = match from {
        "here" => End::Here,
        member => End::Member(format!("{member}:2181")),
    };
    let all = links(&stage.console.model);
    let found = all
        .into_iter()
        .find(|link| link.from == from && link.to == format!("{to}:2181"));
    found.unwrap()
}

fn says(stage: &Stage, from: &str, to: &str) -> (LinkState, MeasuredBy) {
    let link = link(stage, from, to);
    (link.state, link.measured_by)
}

#[test]
fn of_ours_both_ends_of_the_leaders_links_tell() {
    let mut stage = three_of_ours();
    let leaders = (LinkState::Fresh, MeasuredBy::LeadersBeat);
    assert_eq!(says(&stage, "zk3", "zk1"), leaders);
    let learners = (LinkState::Fresh, MeasuredBy::LearnersBeat);
    assert_eq!(says(&stage, "zk1", "zk3"), learners);
    let here = (LinkState::Fresh, MeasuredBy::Here);
    assert_eq!(says(&stage, "here", "zk2"), here);
    assert_eq!(
        says(&stage, "zk1", "zk2"),
        (LinkState::Unknown, MeasuredBy::NotYet),
        "between followers nobody tells yet"
    );
    assert_eq!(link(&stage, "here", "zk2").rtt_us, Some(900));
    both("healthy", &mut stage);
}

#[test]
fn a_dead_members_links_are_cut_as_far_as_anyone_can_tell() {
    let mut stage = one_dead();
    assert_eq!(says(&stage, "here", "zk1").0, LinkState::Cut);
    assert_eq!(says(&stage, "zk3", "zk1").0, LinkState::Cut);
    assert_eq!(
        says(&stage, "zk1", "zk3"),
        (LinkState::Unknown, MeasuredBy::Nobody),
        "a dead member tells nothing of what it hears"
    );
    both("one-dead", &mut stage);
}

#[test]
fn other_states_are_drawn_too() {
    both("leader-lost", &mut leader_lost());
    both("no-quorum", &mut no_quorum());
    both("mixed", &mut mixed());
    both("asking", &mut Stage::of_ours(3));
}

#[test]
fn a_cut_of_one_direction_is_marked_and_the_network_is_told_of_it() {
    let mut stage = three_of_ours();
    // 1 hears no leader any more, and says so; the leader still lists it.
    let beat = &mut stage.member(1).beat;
    beat.serving = false;
    if let Some(ensemble) = &mut beat.ensemble {
        ensemble.leader = None;
    }
    stage.play(1000);
    assert_eq!(says(&stage, "zk1", "zk3").0, LinkState::Cut);
    assert_eq!(says(&stage, "zk3", "zk1").0, LinkState::Fresh);
    stage.console.keys("3/zk1 > zk3<enter>");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains('⇄') && screen.contains("one way"),
        "{screen}"
    );
    let cut = link(&stage, "zk1", "zk3");
    let sentence = blame::sentence(&stage.console.model, &cut).unwrap();
    assert_eq!(
        sentence,
        "From zk1 no answer at zk3:2888 (TCP) since 14:02:47 UTC, while zk3 answers this console's \
         host."
    );
    stage.console.commands.clear();
    stage.console.keys("c");
    assert!(stage.console.commands.contains(&Command::Copy(sentence)));
}

#[test]
fn a_learner_whose_acknowledgements_stand_still_is_slow() {
    let mut stage = three_of_ours();
    let leader = &mut stage.member(3).beat;
    leader.zxid += 500;
    if let Some(ensemble) = &mut leader.ensemble {
        ensemble.logged += 500;
    }
    stage.play(900);
    assert_eq!(says(&stage, "zk3", "zk2").0, LinkState::Fresh);
    stage.play(400);
    let slow = link(&stage, "zk3", "zk2");
    assert_eq!((slow.state, slow.behind), (LinkState::Slow, Some(500)));
    writes(&mut stage, 200);
    assert_eq!(says(&stage, "zk3", "zk2").0, LinkState::Fresh);
}

#[test]
fn a_follower_that_answers_here_and_hears_no_leader_is_cut_off_within_a_second() {
    let mut stage = three_of_ours();
    let severed = |stage: &mut Stage, ms: Option<u64>| {
        for actor in &mut stage.actors {
            let Some(ensemble) = &mut actor.beat.ensemble else {
                continue;
            };
            match ensemble.sid {
                1 => ensemble.leader_silent_ms = ms,
                3 => ensemble.learners[0].silent_ms = ms,
                _ => {}
            }
        }
        stage.play(100);
    };
    let verdict = |stage: &Stage| {
        let judged = &stage.console.model.verdict;
        (judged.sentence.clone(), judged.survives)
    };
    // A moment's silence is shown, and nothing is made of it.
    severed(&mut stage, Some(700));
    let slow = |by| (LinkState::Slow, by);
    assert_eq!(says(&stage, "zk3", "zk1"), slow(MeasuredBy::LearnersBeat));
    assert_eq!(says(&stage, "zk1", "zk3"), slow(MeasuredBy::LeadersBeat));
    assert_eq!(verdict(&stage).1, Some(1));

    severed(&mut stage, Some(1100));
    assert_eq!(says(&stage, "zk3", "zk1").0, LinkState::Cut);
    assert_eq!(says(&stage, "zk1", "zk3").0, LinkState::Cut);
    let (sentence, survives) = verdict(&stage);
    assert!(
        sentence.starts_with("1 zk1:2181 answers here, yet nothing passes between it and"),
        "{sentence}"
    );
    assert_eq!(survives, Some(0), "its acknowledgements do not count");
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(step.what, "look at Links: 3", "no restart");
    stage.play(1000);
    stage.console.keys("9");
    check("links-severed-120x35", &stage.console.screen(120, 35));

    severed(&mut stage, None);
    assert_eq!(verdict(&stage).1, Some(1));
}

#[test]
fn apaches_leader_counts_and_its_followers_roles_say_the_rest() {
    let mut stage = three_of_apaches();
    stands_at(stage.member(3), 5, 0x1f);
    let count = (LinkState::Fresh, MeasuredBy::LeadersCount);
    assert_eq!(says(&stage, "zk3", "zk1"), count);
    let role = (LinkState::Fresh, MeasuredBy::Role);
    assert_eq!(says(&stage, "zk1", "zk3"), role);
    apaches_follower_is_gone(&mut stage, 1);
    assert_eq!(
        says(&stage, "zk3", "zk1"),
        (LinkState::Cut, MeasuredBy::LeadersCount),
        "one of two is in sync, and that is 2"
    );
    assert_eq!(says(&stage, "zk3", "zk2").0, LinkState::Fresh);
}

#[test]
fn ports_of_ours_alone_are_tried_and_only_while_they_are_looked_at() {
    let mut stage = three_of_ours();
    stage.console.commands.clear();
    stage.console.keys("3");
    let asked = stage
        .console
        .commands
        .iter()
        .find_map(|command| match command {
            Command::Knock(doors) => Some(doors.clone()),
            _ => None,
        });
    let ports: Vec<String> = asked.unwrap().into_iter().map(|door| door.at).collect();
    assert_eq!(ports, ["zk1:3888", "zk2:3888", "zk3:2888", "zk3:3888"]);
    let knock = |port, at: &str, result| {
        Event::Knocked(Knock {
            door: Door {
                member: "zk1:2181".into(),
                port,
                at: at.into(),
            },
            at_mono_ms: 9000,
            result,
        })
    };
    stage.event(knock(Port::Election, "zk1:3888", Ok(240)));
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("election port zk1:3888 open, 0.24 ms"),
        "{screen}"
    );
    stage.console.commands.clear();
    stage.console.keys("1");
    assert!(stage.console.commands.contains(&Command::Knock(Vec::new())));

    let mut apaches = three_of_apaches();
    apaches.console.keys("3");
    let tries = |command: &Command| matches!(command, Command::Knock(doors) if !doors.is_empty());
    assert!(!apaches.console.commands.iter().any(tries));
}

#[test]
fn links_are_sorted_and_filtered() {
    let mut stage = one_dead();
    stage.console.keys("3os");
    let screen = stage.console.screen(120, 35);
    let rows: Vec<&str> = screen
        .lines()
        .filter(|line| line.contains(" gone "))
        .collect();
    assert!(
        rows.len() >= 2 && screen.contains("sort: state"),
        "{screen}"
    );
    stage.console.keys("/from here<enter>");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("measured   3 of 9"), "{screen}");
}

/// SIGSTOP: the kernel takes connections, the leader lists it for `syncLimit` ticks. No way is
/// cut, and nobody is to complain to the network's owners.
#[test]
fn a_process_that_stands_still_is_no_cut_of_one_direction() {
    let mut stage = three_of_ours();
    let leader = &mut stage.member(3).beat;
    if let Some(ensemble) = &mut leader.ensemble {
        ensemble.learners[0].silent_ms = Some(900);
    }
    stage.freeze(1);
    for silent_ms in [1000, 2000, 3000, 4000] {
        if let Some(ensemble) = &mut stage.member(3).beat.ensemble {
            ensemble.learners[0].silent_ms = Some(silent_ms);
        }
        let screen = stage.console.screen(120, 35);
        assert!(!screen.contains("one way"), "{screen}");
        assert!(!screen.contains("answers here, yet"), "{screen}");
        stage.play(1000);
    }
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("✕ process hangs"), "{screen}");
    for (from, to) in [("here", "zk1"), ("zk1", "zk3")] {
        let cut = link(&stage, from, to);
        assert_eq!(cut.state, LinkState::Cut, "{from} {to}");
        assert_eq!(blame::sentence(&stage.console.model, &cut), None);
    }
    stage.console.keys("3");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("its process says nothing"), "{screen}");
    assert!(!screen.contains("network team"), "{screen}");
}

/// Overview sent the operator to Links, which showed `not measured yet` alone; and the alarm was
/// `over: 1 is cut off`.
#[test]
fn a_cut_that_cost_the_quorum_is_kept_until_somebody_leads_again() {
    let mut stage = cut_off_and_lost();
    let cut = (LinkState::Cut, MeasuredBy::Earlier);
    assert_eq!(says(&stage, "zk3", "zk1"), cut);
    assert_eq!(says(&stage, "zk1", "zk3"), cut);
    assert_eq!(
        says(&stage, "zk3", "zk2").1,
        MeasuredBy::NotYet,
        "2 is dead"
    );
    assert!(stage.active().contains(&"member-down/zk1:2181".to_owned()));
    let kept = link(&stage, "zk1", "zk3");
    let sentence = blame::sentence(&stage.console.model, &kept).unwrap();
    assert_eq!(
        sentence,
        "From zk1 no answer at zk3:2888 (TCP) since 14:02:47 UTC, as it was last seen, while zk3 \
         answers this console's host."
    );
    stage.console.keys("3");
    check("links-was-cut-120x35", &stage.console.screen(120, 35));
    stage.console.keys("4");
    let screen = stage.console.screen(120, 35);
    assert!(!screen.contains("over: 1"), "{screen}");
    // 2 is back and follows 3: there is somebody to tell again.
    let leader = &mut stage.member(3).beat;
    leader.serving = true;
    leader.ensemble.as_mut().unwrap().leader = Some(3);
    stage.play(500);
    assert_ne!(says(&stage, "zk1", "zk3").1, MeasuredBy::Earlier);
}

/// Followers give up a leader that stands for a moment longer: no way was cut.
#[test]
fn the_moment_of_an_election_is_no_cut_that_is_kept() {
    let mut stage = three_of_ours();
    for id in [1, 2, 3] {
        let beat = &mut stage.member(id).beat;
        beat.serving = false;
        beat.ensemble.as_mut().unwrap().leader = None;
        stage.play(100);
    }
    stage.play(3000);
    assert_eq!(says(&stage, "zk1", "zk3").1, MeasuredBy::NotYet);
}

/// The leader gives up first, and 1 serves for a moment longer: `over: 1 is cut off` was told.
#[test]
fn a_cut_is_not_over_since_its_leader_gave_up_first() {
    let mut stage = three_of_ours();
    stage.kill(2);
    let silent = |stage: &mut Stage| {
        stage
            .member(1)
            .beat
            .ensemble
            .as_mut()
            .unwrap()
            .leader_silent_ms = Some(1000);
        let learners = &mut stage.member(3).beat.ensemble.as_mut().unwrap().learners;
        learners[0].silent_ms = Some(1000);
    };
    silent(&mut stage);
    stage.play(3000);
    for id in [3, 1] {
        let beat = &mut stage.member(id).beat;
        beat.serving = false;
        beat.ensemble.as_mut().unwrap().leader = None;
        stage.play(1000);
        assert!(stage.console.model.members[0].was_severed, "{id}");
    }
    stage.play(20_000);
    assert!(stage.console.model.members[0].was_severed);
    stage.console.keys("4");
    let screen = stage.console.screen(120, 35);
    assert!(!screen.contains("over: 1"), "{screen}");
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(step.what, "look at Links: 3");
}
