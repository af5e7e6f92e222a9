//! An ensemble that has lost a majority of its disks goes on with the survivors, as an operator
//! orders it: real processes under a writer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by them"
)]

use std::{fs, path::PathBuf, process::Command, time::Duration};

use serde_json::{Value, json};
use zoowarden_client::{fourletter, http};
use zoowarden_testkit::{Ensemble, Kind, Options, our_server, words::srvr};

const PATIENCE: Duration = Duration::from_secs(20);
const OPERATOR: &str = "digest operator:secret";
const TOKEN: &str = "wizard-4711";

fn options() -> Options {
    Options {
        admin: true,
        settings: "reconfigEnabled=true\nskipACL=yes\n",
        ..Options::default()
    }
}

fn post(ensemble: &Ensemble, sid: usize, command: &str, body: &str) -> (u16, Value) {
    post_as(ensemble, sid, OPERATOR, command, body)
}

fn post_as(ensemble: &Ensemble, sid: usize, who: &str, command: &str, body: &str) -> (u16, Value) {
    let admin = ensemble.member(sid).admin_address().to_string();
    let path = format!("/commands/{command}");
    let posting = http::post(&admin, &path, who, body.to_owned().into(), PATIENCE);
    let answer = ensemble.handle().block_on(posting).unwrap();
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

/// What the AdminServer says of the member's disk; `None` where it does not answer, or refuses.
fn disk(ensemble: &Ensemble, sid: usize) -> Option<Value> {
    let admin = ensemble.member(sid).admin_address().to_string();
    let asking = http::get(&admin, "/commands/zoowarden/disk", PATIENCE);
    let answer = ensemble.handle().block_on(asking).ok()?;
    (answer.status == 200).then(|| serde_json::from_str(&answer.body).unwrap())
}

fn config(ensemble: &Ensemble, sid: usize) -> PathBuf {
    ensemble.member(sid).data().with_file_name("zoo.cfg")
}

fn server(arguments: &[&str]) -> std::process::Output {
    Command::new(our_server()).args(arguments).output().unwrap()
}

/// Its disk is gone, all of it.
fn destroy(ensemble: &mut Ensemble, sid: usize) {
    ensemble.kill(sid);
    let data = ensemble.member(sid).data();
    fs::remove_dir_all(&data).unwrap();
    fs::create_dir(&data).unwrap();
}

fn epoch(ensemble: &Ensemble, sid: usize) -> Option<i64> {
    Some(srvr(ensemble.address(sid))?.zxid as i64 >> 32)
}

fn refused(answer: &(u16, Value), status: u16, because: &str) {
    let error = answer.1["error"].as_str().unwrap_or_default();
    assert!(
        answer.0 == status && error.contains(because),
        "expected {status} {because}: {answer:?}"
    );
}

#[test]
fn two_survivors_of_five_go_on_and_the_lost_ones_cannot() {
    let mut ensemble = Ensemble::started(&[Kind::Ours; 5], &options());
    ensemble.wait_settled();
    let writer = ensemble.writer("w", &[1, 2, 3, 4, 5]);
    writer.wait_for_more(50);
    let reserve = format!("reserve?token={TOKEN}&ttl=600");
    for sid in [1, 5] {
        refused(&post(&ensemble, sid, &reserve, ""), 409, "a quorum");
        assert_eq!(disk(&ensemble, sid), None, "it serves");
    }
    writer.hold(true);
    ensemble.wait_level();
    ensemble.kill(3);
    destroy(&mut ensemble, 4);
    destroy(&mut ensemble, 5);
    let found: Vec<Value> = [1, 2]
        .map(|sid| ensemble.wait("it has no leader", |ensemble| disk(ensemble, sid)))
        .into();

    // The same facts for who has the directory, though a server runs on it.
    let data = ensemble.member(1).data();
    let inspected = server(&["--inspect", data.to_str().unwrap(), "--json"]);
    assert!(inspected.status.success());
    let inspected: Value = serde_json::from_slice(&inspected.stdout).unwrap();
    assert!(inspected["running_pid"].is_u64(), "{inspected}");
    for fact in ["last_zxid", "accepted_epoch", "digest", "config_in_data"] {
        assert_eq!(inspected[fact], found[0][fact], "{fact}");
        assert!(!inspected[fact].is_null(), "{fact}: {inspected}");
    }
    assert_eq!(inspected["is_sound"], true);

    // They stand aside, and nobody who may not can make them.
    refused(
        &post(&ensemble, 1, "reserve?token=x&ttl=60", ""),
        400,
        "token",
    );
    refused(&post_as(&ensemble, 1, "basic eDp5", &reserve, ""), 401, "");
    let early = post(&ensemble, 1, "force_quorum?token=x", "");
    refused(&early, 409, "not reserved");
    let mut zxids = Vec::new();
    for (sid, found) in (1..).zip(&found) {
        let answer = ensemble.wait("it is reserved", |ensemble| {
            let (status, answer) = post(ensemble, sid, &reserve, "");
            (status == 200).then_some(answer)
        });
        assert_eq!(answer["zxid"], found["last_zxid"]);
        assert_eq!(answer["accepted_epoch"], found["accepted_epoch"]);
        zxids.push(answer["zxid"].as_str().unwrap().to_owned());
    }
    ensemble.kill(2);
    ensemble.start(2);
    for sid in [1, 2] {
        let kept = ensemble.wait("it stays reserved", |ensemble| disk(ensemble, sid));
        assert!(kept["reserved_until_ms"].is_u64(), "{kept}");
        let address = ensemble.address(sid).to_string();
        let asking = fourletter::ask(&address, "srvr", PATIENCE);
        let said = ensemble.handle().block_on(asking).unwrap();
        assert!(said.contains("not currently serving"), "{said}");
    }

    let known = found.iter().map(|facts| facts["accepted_epoch"].as_i64());
    let new_epoch = known.max().unwrap().unwrap() + 5;
    let members: String = [1, 2]
        .map(|sid| ensemble.member(sid).joining_line("participant") + "\n")
        .concat();
    let force = |token: &str, epoch: i64, zxid: &str| {
        format!("force_quorum?token={token}&epoch={epoch}&zxid={zxid}")
    };
    let order = force("somebody-else", new_epoch, &zxids[0]);
    refused(&post(&ensemble, 1, &order, &members), 409, "another token");
    let order = force(TOKEN, new_epoch, "0x1");
    refused(&post(&ensemble, 1, &order, &members), 409, "not 0x1");
    let order = force(TOKEN, 1, &zxids[0]);
    refused(&post(&ensemble, 1, &order, &members), 409, "not above");
    let order = force(TOKEN, new_epoch, &zxids[0]);
    let without = ensemble.member(2).joining_line("participant");
    refused(
        &post(&ensemble, 1, &order, &without),
        409,
        "no line server.1",
    );
    for (sid, zxid) in (1..).zip(&zxids) {
        let answer = post(&ensemble, sid, &force(TOKEN, new_epoch, zxid), &members);
        assert_eq!(answer.0, 200, "{answer:?}");
    }

    let leader = ensemble.wait_leader_among(&[1, 2]);
    let survived = ensemble.client(leader);
    writer.hold(false);
    writer.wait_for_more(20);
    let in_force = epoch(&ensemble, leader);
    assert_eq!(in_force, Some(new_epoch + 1));

    // One of the lost comes back with its old disk: it has no vote any more.
    ensemble.start(3);
    let said = "another configuration is in force";
    ensemble.wait("it knows", |ensemble| {
        ensemble.member(3).said().contains(said).then_some(())
    });
    writer.wait_for_more(20);
    assert_eq!(epoch(&ensemble, leader), in_force, "no election");

    // Then there are more again.
    for sid in [3, 4] {
        if sid == 4 {
            ensemble.start(4);
        }
        let line = ensemble.member(sid).joining_line("participant");
        let text = ensemble.wait("it has caught up and may vote", |_| {
            survived.reconfig(Some(&line), None).ok()
        });
        assert!(text.contains(&format!("server.{sid}=")), "{text}");
        writer.wait_for_more(10);
    }
    ensemble.start(5);
    let record = writer.finish();
    assert_eq!(record.lost_sessions, 0);
    for sid in [1, 2, 3, 4] {
        ensemble.wait("it serves", |ensemble| {
            srvr(ensemble.address(sid)).map(drop)
        });
        let client = ensemble.client(sid);
        record.assert_in(sid, &client.tree());
    }
}

#[test]
fn the_last_of_three_goes_on_alone_by_its_files() {
    let mut ensemble = Ensemble::started(&[Kind::Ours; 3], &options());
    let leader = ensemble.wait_settled();
    ensemble.client(leader).make("/kept");
    ensemble.wait_level();
    let config = config(&ensemble, 1);
    let config = config.to_str().unwrap();
    let data = ensemble.member(1).data();
    let members = ensemble.member(1).joining_line("participant");
    let force = |zxid: &str| {
        let order = ["--force-quorum", config, "--members", &members];
        server(&[&order[..], &["--epoch", "70", "--zxid", zxid]].concat())
    };
    let taken = force("0x1");
    assert!(!taken.status.success(), "a server runs on it");
    destroy(&mut ensemble, 2);
    destroy(&mut ensemble, 3);
    ensemble.kill(1);
    let facts = server(&["--inspect", data.to_str().unwrap(), "--json"]);
    let facts: Value = serde_json::from_slice(&facts.stdout).unwrap();
    assert!(facts["running_pid"].is_null(), "{facts}");
    assert!(!force("0x1").status.success(), "another zxid");
    let zxid = facts["last_zxid"].as_str().unwrap();
    let forced = force(zxid);
    assert!(forced.status.success(), "{forced:?}");
    // The same by an order in a file, as often as one likes; not by one for another member.
    let order = data.with_file_name("order.json");
    for (sid, works) in [(2, false), (1, true)] {
        let told = json!({ "sid": sid, "members": members, "epoch": 70, "zxid": zxid });
        fs::write(&order, told.to_string()).unwrap();
        let forced = server(&["--force-quorum-by", order.to_str().unwrap(), config]);
        assert_eq!(forced.status.success(), works, "{forced:?}");
    }

    ensemble.start(1);
    assert_eq!(ensemble.wait_leader_among(&[1]), 1);
    let client = ensemble.client(1);
    assert!(client.read("/kept").is_some());
    client.make("/new");
    ensemble.start(2);
    let line = ensemble.member(2).joining_line("participant");
    ensemble.wait("it has caught up and may vote", |_| {
        client.reconfig(Some(&line), None).ok()
    });
    client.make("/newer");
    ensemble.wait("the other one serves", |ensemble| {
        srvr(ensemble.address(2)).map(drop)
    });
    assert!(ensemble.client(2).read("/newer").is_some());
}

/// What is set aside is there still, under a name by which nobody votes.
#[test]
fn a_stopped_members_data_are_set_aside_and_a_running_ones_are_not() {
    let mut ensemble = Ensemble::new(&[Kind::Ours; 1], &options());
    ensemble.start(1);
    ensemble.client(1).make("/kept");
    let data = ensemble.member(1).data();
    let config = config(&ensemble, 1);
    let set_aside = || server(&["--set-aside", config.to_str().unwrap()]);
    assert!(!set_aside().status.success(), "a server runs on it");
    ensemble.kill(1);
    let logs = ensemble.member(1).logs().len();
    let moved = set_aside();
    let told = String::from_utf8_lossy(&moved.stdout).into_owned();
    assert!(moved.status.success(), "{moved:?}");
    let aside = told.trim().strip_prefix("set aside: ").unwrap();
    let kept = fs::read_dir(aside).unwrap().flatten();
    let is_log = |name: &str| name.starts_with("log.");
    let kept = kept.filter(|file| is_log(&file.file_name().to_string_lossy()));
    assert!(kept.count() == logs && logs > 0, "{told}");
    let facts = server(&["--inspect", data.to_str().unwrap(), "--json"]);
    let facts: Value = serde_json::from_slice(&facts.stdout).unwrap();
    assert!(facts["last_zxid"].is_null(), "{facts}");
    let again = set_aside();
    let told = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(told.contains("nothing is there"), "{told}");
}

/// What is damaged is told with file and byte, and is left as it is.
#[test]
fn damage_is_inspected_and_not_touched() {
    let mut ensemble = Ensemble::new(&[Kind::Ours; 1], &options());
    ensemble.start(1);
    let client = ensemble.client(1);
    for path in ["/a", "/b", "/c"] {
        client.make(path);
    }
    ensemble.kill(1);
    let log = ensemble.member(1).logs().pop().unwrap();
    let mut bytes = fs::read(&log).unwrap();
    let at = bytes.windows(2).position(|part| part == b"/b").unwrap();
    bytes[at] = b'!';
    fs::write(&log, &bytes).unwrap();
    let data = ensemble.member(1).data();
    let told = server(&["--inspect", data.to_str().unwrap()]);
    assert_eq!(told.status.code(), Some(65));
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("NOT SOUND") && told.contains("byte"),
        "{told}"
    );
    assert_eq!(fs::read(&log).unwrap(), bytes);
}
