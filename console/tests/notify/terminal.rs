//! What the operator's terminal gets, byte by byte.

use std::{fs, path::Path, process::Command, thread::sleep, time::Duration};

use zoowarden_console::{
    model::alarm::notice::{Channel, Notice, Occasion, Urgency},
    notify::{
        Limits,
        settings::{NotifySettings, Threshold},
        surroundings::Surroundings,
    },
};

use crate::support::{Told, is_alone, notice, silence, variable_of_alone};

fn on_tty(pairs: &'static [(&str, &str)]) -> Told {
    let lookup = |name: &str| {
        let found = pairs.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let surroundings = Surroundings::of(lookup);
    Told::with(NotifySettings::default(), &surroundings, Limits::default())
}

#[tokio::test]
async fn over_ssh_the_far_terminal_is_notified_and_rung_for_what_is_critical() {
    let mut told = on_tty(&[("SSH_TTY", "/dev/pts/1"), ("TERM", "xterm-256color")]);
    told.notifier
        .tell(&notice(1, Occasion::Began, Urgency::Normal));
    let body = "silent for 3 s";
    assert_eq!(
        told.terminal(),
        format!(
            "\x1b]9;prod: member 2 is down. {body}; the ensemble survives no more\x07\
             \x1b]777;notify;prod: member 2 is down;{body}, the ensemble survives no more\x07"
        )
    );
    let delivery = told.by(Channel::Terminal).await;
    assert_eq!((delivery.notice, delivery.result), (1, Ok(())));

    told.notifier
        .tell(&notice(2, Occasion::Began, Urgency::Critical));
    assert!(
        told.terminal().ends_with("no more\x07\x07"),
        "a bell after it"
    );
    assert_eq!(told.by(Channel::Bell).await.notice, 2);
    told.notifier
        .tell(&notice(3, Occasion::Ended, Urgency::Critical));
    assert!(
        !told.terminal().ends_with("\x07\x07"),
        "no bell for good news"
    );
}

#[tokio::test]
async fn what_comes_from_outside_cannot_leave_the_sequence() {
    let mut told = on_tty(&[("TERM", "foot")]);
    told.notifier.tell(&Notice {
        title: "a\x1b\\b\x07c\u{9c}d".to_owned(),
        body: "one\ntwo\x1b[2J;three".to_owned(),
        ..notice(1, Occasion::Began, Urgency::Low)
    });
    assert_eq!(
        told.terminal(),
        "\x1b]777;notify;prod: a\\x1b\\b\\x07c\\x9cd;one two\\x1b[2J,three\x07"
    );
}

#[tokio::test]
async fn through_tmux_it_is_wrapped() {
    let mut told = on_tty(&[("TERM", "tmux-256color"), ("LC_TERMINAL", "iTerm2")]);
    told.notifier.tell(&Notice {
        body: String::new(),
        ..notice(1, Occasion::Began, Urgency::Low)
    });
    assert_eq!(
        told.terminal(),
        "\x1bPtmux;\x1b\x1b]9;prod: member 2 is down\x07\x1b\\"
    );
}

#[tokio::test]
async fn an_end_follows_its_beginning_whatever_its_urgency() {
    let settings = NotifySettings {
        terminal: Some(Threshold::From(Urgency::Critical)),
        bell: Threshold::Off,
        ..NotifySettings::default()
    };
    let mut told = Told::start(settings);
    told.notifier
        .tell(&notice(1, Occasion::Began, Urgency::Normal));
    told.notifier
        .tell(&notice(2, Occasion::Ended, Urgency::Low));
    assert_eq!(
        told.terminal(),
        "",
        "not urgent enough, from beginning to end"
    );
    told.notifier
        .tell(&notice(3, Occasion::Began, Urgency::Critical));
    told.notifier
        .tell(&notice(4, Occasion::Ended, Urgency::Low));
    assert_eq!(told.terminal().matches("\x1b]777;").count(), 2);
    told.notifier.tell(&notice(5, Occasion::Test, Urgency::Low));
    assert_ne!(told.terminal(), "", "a test goes everywhere");
}

#[tokio::test]
async fn where_there_is_a_desktop_the_terminal_stays_quiet() {
    let told = &mut on_tty(&[]);
    told.notifier
        .tell(&notice(1, Occasion::Began, Urgency::Low));
    assert_ne!(told.terminal(), "");
    let desktop = Surroundings {
        has_desktop: true,
        ..Surroundings::default()
    };
    let settings = NotifySettings {
        // Whoever runs this may have a desktop of their own.
        desktop: Some(Threshold::Off),
        ..NotifySettings::default()
    };
    let mut told = Told::with(settings, &desktop, Limits::default());
    told.notifier
        .tell(&notice(1, Occasion::Began, Urgency::Low));
    assert_eq!(told.terminal(), "");
}

#[tokio::test]
#[ignore = "needs tmux 3.3 or newer: cargo test -p zoowarden --test notify tmux -- --ignored"]
async fn a_tmux_that_keeps_notices_is_told_with_the_line_to_add() {
    if !is_alone() {
        in_tmux("terminal::a_tmux_that_keeps_notices_is_told_with_the_line_to_add");
        return;
    }
    let set = |value| {
        let mut tmux = Command::new("tmux");
        let set = tmux.args(["set-option", "-g", "allow-passthrough", value]);
        assert!(set.status().unwrap().success());
    };
    let line = "tmux drops it: add \"set -g allow-passthrough on\" to ~/.tmux.conf";
    set("off");
    let surroundings = Surroundings::of_process();
    let mut told = Told::with(
        NotifySettings {
            terminal: Some(Threshold::From(Urgency::Low)),
            ..silence()
        },
        &surroundings,
        Limits::default(),
    );
    let at_start = told.by(Channel::Terminal).await;
    assert_eq!(
        (at_start.notice, at_start.result),
        (0, Err(line.to_owned()))
    );
    set("on");
    told.notifier.tell(&notice(1, Occasion::Test, Urgency::Low));
    let tried = told.by(Channel::Terminal).await;
    assert_eq!((tried.notice, tried.result), (1, Ok(())));
    assert!(told.terminal().starts_with("\x1bPtmux;"));
}

/// Runs a test again in a pane of a tmux server that is its own.
fn in_tmux(test: &str) {
    let directory = tempfile::tempdir().unwrap();
    let said = directory.path().join("said");
    let socket = directory.path().join("tmux");
    let tmux = |arguments: &[&str]| {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(&socket).args(["-f", "/dev/null"]);
        assert!(tmux.args(arguments).status().unwrap().success());
    };
    let this = std::env::current_exe().unwrap();
    let line = format!(
        "{} --exact {test} --ignored > {} 2>&1; sleep 1000",
        this.display(),
        said.display()
    );
    tmux(&["new-session", "-d", "-e", &variable_of_alone(), &line]);
    let outcome = wait_for(&said, "test result:");
    tmux(&["kill-server"]);
    assert!(outcome.contains("1 passed"), "{outcome}");
}

/// The file's text once it holds `wanted`, or as it is after a minute.
fn wait_for(file: &Path, wanted: &str) -> String {
    let read = || fs::read_to_string(file).unwrap_or_default();
    for _ in 0..600 {
        let text = read();
        if text.contains(wanted) {
            return text;
        }
        sleep(Duration::from_millis(100));
    }
    read()
}
