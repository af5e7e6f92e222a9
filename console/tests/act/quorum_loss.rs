//! Five members of which three disks are gone: the wizard, by what an operator types.

use std::fs;

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

#[test]
#[ignore = "half a minute, ten seconds of it the wizard's own: cargo test --test act -- --ignored"]
fn a_stopped_disk_goes_on_and_a_damaged_one_is_set_aside() {
    let ensemble = Ensemble::ours(5);
    let (connection, _events) = ensemble.client(1);
    let acl = Acl::open();
    for path in ["/kept", "/more", "/last"] {
        let made = connection.create(path, "x", &acl, CreateMode::Persistent);
        ensemble.block_on(made).unwrap();
    }
    for id in [4, 5] {
        ensemble.destroy(id, true);
    }
    for id in [2, 3] {
        ensemble.script("stop", id);
    }
    damage(&ensemble, 3, b"/more");
    ensemble.wait("no quorum", || {
        ensemble.word(1, "srvr").contains("not currently serving")
    });

    let (code, shown) = ensemble.act_with_admins(&["quorum-loss", "--dry-run"]);
    assert_eq!(
        (code, &shown["powered_off"]),
        (0, &"4 5".into()),
        "{shown:#}"
    );
    let checks = shown["hard"].to_string();
    for said in [
        "1 is sound",
        "2 is stopped and sound",
        "3 is stopped; its data",
    ] {
        assert!(checks.contains(said), "{said}: {checks}");
    }
    assert!(ensemble.data(3).join("version-2").exists(), "a dry run");

    let confirm = shown["confirm"].as_str().unwrap();
    let words = ["quorum-loss", "--powered-off", "4 5", "--confirm", confirm];
    let (code, answer) = ensemble.act_with_admins(&words);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    assert!(!ensemble.data(3).join("version-2").exists());
    let aside = fs::read_dir(ensemble.data(3)).unwrap().flatten();
    let is_aside = |name: &str| name.starts_with("version-2.aside-");
    let kept = aside.filter(|entry| is_aside(&entry.file_name().to_string_lossy()));
    assert_eq!(kept.count(), 1, "nothing is removed");
    ensemble.wait("both serve", || {
        [1, 2]
            .iter()
            .all(|id| ensemble.word(*id, "srvr").contains("Mode: "))
    });
    let (connection, _events) = ensemble.client(2);
    let kept = connection.exists("/last", false);
    assert!(ensemble.block_on(kept).unwrap().value.is_some());
}

/// Nobody runs, nobody remembers who the members are: the files of this host tell.
#[test]
fn the_last_disk_is_found_though_nobody_runs() {
    let ensemble = Ensemble::ours(3);
    for id in [1, 3] {
        ensemble.destroy(id, true);
    }
    ensemble.script("stop", 2);
    let (code, shown) = ensemble.act_with_admins(&["quorum-loss", "--dry-run"]);
    assert_eq!(
        (code, &shown["powered_off"]),
        (0, &"1 3".into()),
        "{shown:#}"
    );
    let plan = shown["plan"].to_string();
    assert!(
        plan.contains("2, which is stopped, is made a voter"),
        "{shown:#}"
    );
    // Whoever is left behind is typed; nothing is done for less.
    let (_, answer) = ensemble.act_with_admins(&["quorum-loss", "--powered-off", "1"]);
    assert_eq!(answer["outcome"], "not confirmed", "{answer:#}");
}

/// Changes one byte of a transaction in a stopped member's log.
fn damage(ensemble: &Ensemble, id: usize, within: &[u8]) {
    let files = fs::read_dir(ensemble.data(id).join("version-2")).unwrap();
    for file in files.flatten() {
        let mut bytes = fs::read(file.path()).unwrap();
        let at = bytes.windows(within.len()).position(|part| part == within);
        let is_log = file.file_name().to_string_lossy().starts_with("log.");
        if let (Some(at), true) = (at, is_log) {
            bytes[at] = b'!';
            fs::write(file.path(), bytes).unwrap();
            return;
        }
    }
    panic!("no log of {id} has it");
}
