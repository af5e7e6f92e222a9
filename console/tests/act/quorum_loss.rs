//! Five members of which three disks are gone: the wizard, by what an operator types.

use zoowarden_shared::{acl::Acl, proto::CreateMode};

use super::ensemble::Ensemble;

#[test]
#[ignore = "half a minute, ten seconds of it the wizard's own: cargo test --test act -- --ignored"]
fn two_of_five_go_on_and_the_lost_are_told_how_to_come_back() {
    let ensemble = Ensemble::ours(5);
    let (connection, _events) = ensemble.client(1);
    let acl = Acl::open();
    let made = connection.create("/kept", "x", &acl, CreateMode::Persistent);
    ensemble.block_on(made).unwrap();

    let (code, answer) = ensemble.act_with_admins(&["quorum-loss"]);
    let why = answer["sentence"].as_str().unwrap();
    assert!(code == 2 && why.contains("there is a quorum"), "{answer:#}");

    for (id, host) in [(3, true), (4, true), (5, false)] {
        ensemble.destroy(id, host);
    }
    ensemble.wait("no quorum", || {
        [1, 2]
            .iter()
            .all(|id| ensemble.word(*id, "srvr").contains("not currently serving"))
    });

    // All that is left is read, and nothing changes.
    let (code, shown) = ensemble.act_with_admins(&["quorum-loss", "--dry-run"]);
    assert_eq!(
        (code, &shown["powered_off"]),
        (0, &"3 4".into()),
        "{shown:#}"
    );
    let checks = shown["hard"].to_string();
    assert!(
        checks.contains("5 was reached, is stopped, and its data are set aside"),
        "{checks}"
    );
    assert!(
        checks.contains("1 is sound") && checks.contains("2 is sound"),
        "{checks}"
    );
    let confirm = shown["confirm"].as_str().unwrap();
    assert!(
        confirm.starts_with("test I accept the loss of all since "),
        "{confirm}"
    );

    // Not without every name, and not without the loss.
    for wrong in [["3", confirm], ["3 4", "test I accept the loss"]] {
        let words = [
            "quorum-loss",
            "--powered-off",
            wrong[0],
            "--confirm",
            wrong[1],
        ];
        let (code, answer) = ensemble.act_with_admins(&words);
        assert_eq!(
            (code, &answer["outcome"]),
            (2, &"not confirmed".into()),
            "{answer:#}"
        );
    }

    let words = ["quorum-loss", "--powered-off", "3 4", "--confirm", confirm];
    let (code, answer) = ensemble.act_with_admins(&words);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    let lines = answer["lines"].to_string();
    assert!(
        lines.contains("zoowarden act add \\\"server.3="),
        "{answer:#}"
    );

    ensemble.wait("both serve", || {
        [1, 2]
            .iter()
            .all(|id| ensemble.word(*id, "srvr").contains("Mode: "))
    });
    let (connection, _events) = ensemble.client(1);
    let kept = ensemble
        .block_on(connection.exists("/kept", false))
        .unwrap();
    assert!(kept.value.is_some());
}
