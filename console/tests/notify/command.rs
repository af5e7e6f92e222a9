//! The operator's command: its arguments, its input, its deadline, and its queue.

use std::{fs, path::Path, time::Duration};

use zoowarden_console::{
    model::alarm::notice::{Channel, Notice, Occasion, Urgency},
    notify::{
        Limits,
        settings::{CommandSettings, NotifySettings},
        surroundings::Surroundings,
    },
};

use crate::support::{Told, notice, silence};

/// `sh -c SCRIPT sh DIR ARGUMENTS...`
fn command(script: &str, directory: &Path, arguments: &[&str]) -> NotifySettings {
    let directory = directory.display().to_string();
    let argv = ["sh", "-c", script, "sh", &directory];
    let argv = argv.iter().chain(arguments).map(|&one| one.to_owned());
    NotifySettings {
        command: Some(CommandSettings {
            argv: argv.collect(),
            from: Urgency::Low,
        }),
        ..silence()
    }
}

#[tokio::test]
async fn it_gets_its_arguments_as_they_are_and_the_notice_as_json() {
    let directory = tempfile::tempdir().unwrap();
    let script = "cd \"$1\"; shift; printf '%s\\0' \"$@\" > argv; cat > stdin";
    let arguments = ["{title}", "{urgency}/{occasion}: {body}", "$HOME"];
    let mut told = Told::start(command(script, directory.path(), &arguments));
    told.notifier.tell(&Notice {
        title: "'; touch /tmp/owned; $(id) {body}".to_owned(),
        body: "a\0b".to_owned(),
        ..notice(7, Occasion::Began, Urgency::Critical)
    });
    assert_eq!(told.by(Channel::Command).await.result, Ok(()));
    let argv = fs::read_to_string(directory.path().join("argv")).unwrap();
    let argv: Vec<&str> = argv.split_terminator('\0').collect();
    assert_eq!(
        argv,
        [
            "'; touch /tmp/owned; $(id) {body}",
            "critical/began: a\\x00b",
            "$HOME"
        ]
    );
    let stdin = fs::read_to_string(directory.path().join("stdin")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&stdin).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "number": 7, "occasion": "began", "urgency": "critical", "cluster": "prod",
            "alarm": "member-down:2", "title": "'; touch /tmp/owned; $(id) {body}",
            "body": "a\\x00b",
        })
    );
}

#[tokio::test]
async fn at_its_deadline_it_is_killed_with_what_it_started() {
    let directory = tempfile::tempdir().unwrap();
    let script = "sleep 1000 & echo $! > \"$1/new\"; mv \"$1/new\" \"$1/pid\"; wait";
    let limits = Limits {
        command: Duration::from_secs(3),
        ..Limits::default()
    };
    let settings = command(script, directory.path(), &[]);
    let mut told = Told::with(settings, &Surroundings::default(), limits);
    told.notifier
        .tell(&notice(1, Occasion::Began, Urgency::Low));
    let why = told.by(Channel::Command).await.result.unwrap_err();
    assert_eq!(why, "sh: killed, not done after 3 s");
    let pid = fs::read_to_string(directory.path().join("pid")).unwrap();
    let stat = format!("/proc/{}/stat", pid.trim());
    // Gone, or dead and not yet collected by whoever inherited it.
    let is_over = || fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
    for _ in 0..600 {
        if is_over() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("its child goes on");
}

#[tokio::test]
async fn how_it_failed_is_told_once_and_that_it_failed_with_each_notice() {
    let directory = tempfile::tempdir().unwrap();
    let script = "test -e \"$1/works\" || { echo no route to the pager >&2; exit 3; }";
    let mut told = Told::start(command(script, directory.path(), &[]));
    let why = Err("sh: exit status: 3: no route to the pager".to_owned());
    for number in 1..=3 {
        told.notifier
            .tell(&notice(number, Occasion::Began, Urgency::Low));
    }
    told.notifier.tell(&notice(4, Occasion::Test, Urgency::Low));
    let first = told.by(Channel::Command).await;
    assert_eq!((first.notice, &first.result), (1, &why));
    for number in 2..=3 {
        let again = told.by(Channel::Command).await;
        let as_before = Err("failed as before".to_owned());
        assert_eq!((again.notice, again.result), (number, as_before));
    }
    let tried = told.by(Channel::Command).await;
    assert_eq!((tried.notice, &tried.result), (4, &why));
    fs::write(directory.path().join("works"), "").unwrap();
    told.notifier
        .tell(&notice(5, Occasion::Ended, Urgency::Low));
    let works = told.by(Channel::Command).await;
    assert_eq!((works.notice, works.result), (5, Ok(())));
}

#[tokio::test]
async fn a_flood_neither_blocks_the_sender_nor_grows_without_bound() {
    let directory = tempfile::tempdir().unwrap();
    let mut told = Told::start(command("sleep 1000", directory.path(), &[]));
    // One thread, and no await: whatever waited here would wait for ever.
    for number in 1..=1000 {
        told.notifier
            .tell(&notice(number, Occasion::Began, Urgency::Low));
    }
    let dropped = told.by(Channel::Command).await;
    assert_eq!(dropped.notice, 65, "64 wait");
    assert!(dropped.result.unwrap_err().starts_with("dropped"));
}
