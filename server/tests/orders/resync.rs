//! `resync`: a follower takes all it has anew, also when it is killed meanwhile.

use super::*;

const SUPER: &str = "DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=\n";

fn has_aside(ensemble: &Ensemble, sid: usize) -> bool {
    let files = std::fs::read_dir(ensemble.member(sid).files()).unwrap();
    files
        .flatten()
        .any(|file| file.file_name().to_string_lossy().starts_with("aside-"))
}

fn wait_done(ensemble: &mut Ensemble, sid: usize) {
    ensemble.wait("the resync is done", |ensemble| {
        let status = look(ensemble, sid, "resync_status")?;
        (status["stage"] == "done").then_some(())
    });
}

#[test]
fn a_follower_takes_all_it_has_from_the_leader() {
    let mut ensemble = three();
    let leader = ensemble.wait_settled();
    let writer = ensemble.writer("w", &[leader]);
    writer.wait_for_more(50);
    let sid = ensemble.others(&[leader])[0];
    let command = format!("resync?epoch={}&reason=digest", epoch(&ensemble, leader));
    let (status, answer) = order(&ensemble, sid, OPERATOR, &command);
    assert_eq!(status, 200, "{answer}");
    wait_done(&mut ensemble, sid);
    writer.wait_for_more(50);
    let record = writer.finish();
    assert_eq!(ensemble.wait_settled(), leader);
    wait_equal(&mut ensemble);
    assert!(has_aside(&ensemble, sid));
    let resync = "resync".to_owned();
    assert_eq!(
        audited(&ensemble, sid),
        [(resync.clone(), Outcome::Begun), (resync, Outcome::Done)]
    );
    assert!(zoowarden_audit::check(&audit_log(&ensemble, sid), None).is_ok());
    ensemble.assert_agreed(&[&record]);
}

#[test]
fn killed_in_the_middle_it_goes_on_without_a_vote() {
    let mut ensemble = three();
    let leader = ensemble.wait_settled();
    let writer = ensemble.writer("w", &[1, 2, 3]);
    writer.wait_for_more(50);
    let record = writer.finish();
    let others = ensemble.others(&[leader]);
    let (sid, third) = (others[0], others[1]);
    let command = format!("resync?epoch={}", epoch(&ensemble, leader));
    let (status, answer) = order(&ensemble, sid, OPERATOR, &command);
    assert_eq!(status, 200, "{answer}");
    ensemble.kill(sid);
    // Alone with one other it is no quorum, if it had not taken its data yet.
    let was_wanted = std::fs::read_to_string(ensemble.member(sid).data().join("zoowarden.repair"))
        .unwrap()
        .contains("wanted");
    ensemble.kill(third);
    ensemble.kill(leader);
    ensemble.start(sid);
    ensemble.start(third);
    if was_wanted {
        ensemble.wait("it has set its data aside", |ensemble| {
            has_aside(ensemble, sid).then_some(())
        });
        assert_eq!(ensemble.leader_among(&[sid, third]), None);
    }
    ensemble.start(leader);
    wait_done(&mut ensemble, sid);
    ensemble.wait_settled();
    wait_equal(&mut ensemble);
    ensemble.assert_agreed(&[&record]);
}

#[test]
fn who_may_not_or_must_not_is_refused() {
    let mut ensemble = three_with(SUPER);
    let leader = ensemble.wait_settled();
    let others = ensemble.others(&[leader]);
    let now = epoch(&ensemble, leader);
    let command = format!("resync?epoch={now}");
    refused(
        &ensemble,
        leader,
        OPERATOR,
        &command,
        409,
        "this server leads",
    );
    let stale = format!("resync?epoch={}", now - 1);
    refused(&ensemble, others[0], OPERATOR, &stale, 409, "look again");
    refused(
        &ensemble,
        others[0],
        "basic eA==",
        &command,
        401,
        "Not authenticated",
    );
    refused(&ensemble, others[0], OPERATOR, "resync", 400, "epoch");
    ensemble.kill(others[1]);
    refused(
        &ensemble,
        others[0],
        OPERATOR,
        &command,
        409,
        "there would be no quorum",
    );
    ensemble.start(others[1]);
    ensemble.wait_settled();

    use zoowarden_shared::acl::{Acl, Id, perms};
    let read_only = [Acl {
        perms: perms::READ,
        id: Id::new("world", "anyone"),
    }];
    let client = ensemble.client(leader).connection;
    let setting = client.set_acl("/", &read_only, None);
    ensemble.handle().block_on(setting).unwrap();
    wait_equal(&mut ensemble);
    refused(
        &ensemble,
        others[0],
        OPERATOR,
        &command,
        403,
        "Not authorized",
    );
}

/// A leader of Apache's sends its snapshot, too, to a member that has nothing.
#[test]
#[ignore = "needs Java and Debian's zookeeper package: cargo test -p zoowarden-server --test orders -- --ignored"]
fn an_apache_leader_will_do() {
    let options = Options {
        admin: true,
        ..Options::default()
    };
    let kinds = [Kind::Ours, Kind::Ours, Kind::Apache];
    let mut ensemble = Ensemble::led_by(3, &kinds, &options);
    let writer = ensemble.writer("w", &[3]);
    writer.wait_for_more(50);
    let command = format!("resync?epoch={}", epoch(&ensemble, 3));
    let (status, answer) = order(&ensemble, 1, OPERATOR, &command);
    assert_eq!(status, 200, "{answer}");
    wait_done(&mut ensemble, 1);
    writer.wait_for_more(50);
    let record = writer.finish();
    ensemble.wait_settled();
    assert!(has_aside(&ensemble, 1));
    ensemble.assert_agreed(&[&record]);
}
