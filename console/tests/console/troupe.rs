//! Whole ensembles for the screens that draw them: ours with writes and learners, Apache's,
//! and both mixed with observers.

use zoowarden_console::event::Event;
use zoowarden_shared::{
    Zxid,
    admin::{LearnerBeat, LearnerCounts, Role, Summary},
    config::DynamicConfig,
};

use crate::alarm_stage::{Actor, Speaks, Stage};

/// Writes in 100 ms.
const WRITES: i64 = 20;

/// Three of ours for ten seconds of writes; the last one leads.
pub(crate) fn three_of_ours() -> Stage {
    let mut stage = Stage::of_ours(3);
    for (actor, clients) in stage.actors.iter_mut().zip([16, 15, 24]) {
        actor.beat.connections = clients;
        actor.report.connections = Some(clients);
    }
    stage.event(Event::Resize(120, 35));
    writes(&mut stage, 10_000);
    stage
}

/// Lets the members that beat write on for so long.
pub(crate) fn writes(stage: &mut Stage, ms: u64) {
    for _ in 0..ms / 100 {
        let beating: Vec<i64> = (1..)
            .zip(&stage.actors)
            .filter(|(_, actor)| actor.speaks == Speaks::Beats)
            .map(|(sid, _)| sid)
            .collect();
        let leader = i64::try_from(stage.actors.len()).unwrap();
        for actor in &mut stage.actors {
            if actor.speaks != Speaks::Beats {
                continue;
            }
            let Some(ensemble) = &mut actor.beat.ensemble else {
                continue;
            };
            actor.beat.zxid += WRITES;
            actor.report.zxid = Some(Zxid(actor.beat.zxid));
            ensemble.logged = actor.beat.zxid;
            if ensemble.sid == leader {
                let learners = beating.iter().filter(|sid| **sid != leader);
                ensemble.learners = learners
                    .map(|sid| LearnerBeat {
                        sid: *sid,
                        votes: true,
                        synced: true,
                        synced_by: Some("DIFF".to_owned()),
                        acked: actor.beat.zxid,
                        silent_ms: None,
                    })
                    .collect();
            }
        }
        stage.play(100);
    }
}

/// The leader of three of ours is killed, and the two others have not elected yet.
pub(crate) fn leader_lost() -> Stage {
    let mut stage = three_of_ours();
    stage.kill(3);
    for id in [1, 2] {
        let beat = &mut stage.member(id).beat;
        beat.serving = false;
        beat.role = "leaderelection".into();
        if let Some(ensemble) = &mut beat.ensemble {
            ensemble.leader = None;
        }
    }
    stage.play(600);
    stage
}

/// ... and 2 leads in a new epoch.
pub(crate) fn elected() -> Stage {
    let mut stage = leader_lost();
    for (id, role) in [(2, "leader"), (1, "follower")] {
        let beat = &mut stage.member(id).beat;
        beat.serving = true;
        beat.role = role.into();
        beat.zxid = 0x6_0000_0001;
        beat.epoch = Some(6);
        if let Some(ensemble) = &mut beat.ensemble {
            ensemble.leader = Some(2);
            ensemble.logged = 0x6_0000_0001;
            if id == 2 {
                ensemble.learners = vec![LearnerBeat {
                    sid: 1,
                    votes: true,
                    synced: true,
                    synced_by: Some("DIFF".to_owned()),
                    acked: 0x6_0000_0001,
                    silent_ms: None,
                }];
            }
        }
    }
    stage.play(4000);
    stage
}

/// One of three is killed; writes go on for four seconds.
pub(crate) fn one_dead() -> Stage {
    let mut stage = three_of_ours();
    stage.kill(1);
    writes(&mut stage, 4000);
    stage
}

/// Two of three are killed.
pub(crate) fn no_quorum() -> Stage {
    let mut stage = leader_lost();
    stage.kill(2);
    stage.play(4000);
    stage
}

/// 2 is killed, then nothing passes between 1 and 3, until both give up.
pub(crate) fn cut_off_and_lost() -> Stage {
    let mut stage = three_of_ours();
    stage.kill(2);
    for id in [1, 3] {
        let Some(ensemble) = &mut stage.member(id).beat.ensemble else {
            continue;
        };
        match id {
            1 => ensemble.leader_silent_ms = Some(1000),
            _ => ensemble.learners[0].silent_ms = Some(1000),
        }
    }
    stage.play(1000);
    for id in [1, 3] {
        let beat = &mut stage.member(id).beat;
        beat.serving = false;
        if let Some(ensemble) = &mut beat.ensemble {
            (ensemble.leader, ensemble.leader_silent_ms) = (None, None);
        }
    }
    stage.play(4000);
    stage
}

/// Five voters and two observers: 5 of ours leads, 1 and 7 are Apache's, and 6 tells nothing
/// but srvr.
pub(crate) fn mixed() -> Stage {
    let mut stage = Stage::of_ours(5);
    for id in [6, 7] {
        let mut observer = stage.actors[0].clone();
        observer.address = format!("us{id}:2181");
        observer.speaks = Speaks::Answers;
        observer.report.role = Some(Role::Observer);
        observer.report.connections = Some(240 + id);
        stage.actors.push(observer);
    }
    let lines: Vec<String> = (1..=7)
        .map(|n| {
            let (name, role) = if n > 5 {
                ("us", "observer")
            } else {
                ("zk", "participant")
            };
            format!("server.{n}={name}{n}:2888:3888:{role};0.0.0.0:2181")
        })
        .collect();
    stage.member(1).speaks = Speaks::Answers;
    stage.member(1).report.fsync_ms = Some(Summary {
        count: 500,
        avg: 0.9,
        min: 0.0,
        max: 31.0,
    });
    for (actor, clients) in stage.actors.iter_mut().zip([388, 412, 203, 210, 201]) {
        actor.beat.connections = clients;
        actor.report.connections = Some(clients);
    }
    let learner = |sid: i64| LearnerBeat {
        sid,
        votes: sid < 6,
        synced: true,
        synced_by: Some("DIFF".to_owned()),
        acked: 0x5_0000_001f,
        silent_ms: None,
    };
    let leader = stage.member(5);
    leader.report.uptime_ms = Some(19 * 86_400_000);
    if let Some(ensemble) = &mut leader.beat.ensemble {
        ensemble.logged = 0x5_0000_001f;
        ensemble.learners = [1, 2, 3, 4, 6, 7].map(learner).to_vec();
    }
    stage.event(Event::Config(DynamicConfig::parse_lenient(
        &lines.join("\n"),
    )));
    stage.play(10_000);
    stage
}

/// Three of Apache's; the leader has mntr open.
pub(crate) fn three_of_apaches() -> Stage {
    let mut stage = Stage::of_apache(3);
    stage.member(3).report.learners = Some(LearnerCounts {
        learners: Some(2),
        synced_followers: Some(2),
        ..LearnerCounts::default()
    });
    stage.play(3000);
    stage
}

/// The same leads on, and counts one follower less.
pub(crate) fn apaches_follower_is_gone(stage: &mut Stage, id: usize) {
    stage.kill(id);
    stage.member(3).report.learners = Some(LearnerCounts {
        learners: Some(1),
        synced_followers: Some(1),
        ..LearnerCounts::default()
    });
    stage.play(3000);
}

/// A member's last zxid, as polls tell it.
pub(crate) fn stands_at(actor: &mut Actor, epoch: i32, counter: u32) {
    actor.report.zxid = Some(Zxid::new(epoch, counter));
}
