//! The demo on a terminal: three members of ours as children, every screen, every way to end.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::pane::{DEADLINE, Pane, is_healthy, signal};

/// Children of a process, by the kernel's word: it has those of each thread.
pub(crate) fn children(pid: &str) -> Vec<String> {
    let threads = std::fs::read_dir(Path::new("/proc").join(pid).join("task"));
    let texts = threads
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| {
            let file = thread.path().join("children");
            std::fs::read_to_string(file).ok()
        });
    texts
        .flat_map(|text| {
            let pids = text.split_whitespace();
            pids.map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

fn is_alive(pid: &str) -> bool {
    Path::new("/proc").join(pid).join("cmdline").exists()
        && !std::fs::read_to_string(Path::new("/proc").join(pid).join("stat"))
            .is_ok_and(|stat| stat.contains(") Z "))
}

/// Whether the terminal's settings, as printed at the end, are those of a shell.
pub(crate) fn is_usable(screen: &str) -> bool {
    // Echo and line editing are on again: stty writes a minus before what is off.
    let words: Vec<&str> = screen.split_whitespace().collect();
    words.contains(&"icanon") && words.contains(&"echo")
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn the_demo_shows_every_screen_and_leaves_the_terminal_and_nothing_behind() {
    let pane = Pane::run(120, 35, "");
    pane.wait("a healthy demo", |screen| {
        is_healthy(screen) && screen.contains(" DEMO ")
    });
    let child = children(&pane.pid());
    assert_eq!(child.len(), 3, "the members are children");
    pane.wait("what the clients count", |screen| {
        screen.contains(" clients 38   writes ") && screen.contains("0 sessions lost")
    });

    pane.keys(&["7"]);
    pane.wait("the tree", |screen| {
        screen.contains("znodes") && screen.contains("▸ demo")
    });
    pane.keys(&["j", "Enter"]);
    pane.wait("the demo's family", |screen| screen.contains("services"));
    pane.keys(&["5"]);
    pane.wait("dozens of sessions", |screen| {
        screen.matches("0x").count() > 10
    });
    pane.keys(&["?"]);
    pane.wait("the help", |screen| screen.contains("help: Sessions"));
    pane.keys(&["?", "2"]);

    pane.resize(20, 5);
    pane.wait("one status line", |screen| {
        screen
            .lines()
            .next()
            .is_some_and(|line| is_healthy(line) && line.contains(" DEMO"))
    });
    pane.resize(250, 60);
    pane.wait("all of it again", |screen| {
        screen.contains("members   3 of 3")
    });

    pane.keys(&["q", "q", "q"]);
    let end = pane.wait("the end", |screen| screen.contains("EXIT=0"));
    assert!(is_usable(&end), "{end}");
    let screen = pane.wait("no child", |_| child.iter().all(|pid| !is_alive(pid)));
    assert!(
        !screen.contains("members   3 of 3"),
        "the first screen is back:\n{screen}"
    );
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn a_signal_leaves_the_terminal_usable_and_ends_the_children() {
    for name in ["TERM", "HUP", "INT"] {
        let pane = Pane::run(80, 24, "");
        pane.wait("a healthy demo", is_healthy);
        let child = children(&pane.pid());
        signal(name, &pane.pid());
        let end = pane.wait("the end", |screen| screen.contains("EXIT=0"));
        assert!(is_usable(&end), "after {name}:\n{end}");
        pane.wait("no child", |_| child.iter().all(|pid| !is_alive(pid)));
    }
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn a_terminal_that_goes_away_leaves_no_data_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_zoowarden");
    let demo = format!("env TMPDIR={} {binary} demo", temporary.path().display());
    let pane = Pane::run_command(80, 24, &demo);
    pane.wait("a healthy demo", is_healthy);
    let is_empty = || temporary.path().read_dir().unwrap().next().is_none();
    assert!(!is_empty(), "the members' data are there");
    pane.vanish();
    let begun = Instant::now();
    while !is_empty() {
        assert!(
            begun.elapsed() < DEADLINE,
            "the demo's data are still there"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn a_killed_console_takes_its_members_with_it() {
    let pane = Pane::run(80, 24, "");
    pane.wait("a healthy demo", is_healthy);
    let child = children(&pane.pid());
    assert_eq!(child.len(), 3);
    signal("KILL", &pane.pid());
    pane.wait("no child", |_| child.iter().all(|pid| !is_alive(pid)));
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn a_killed_member_is_drawn_with_its_last_words_and_what_it_cost() {
    let pane = Pane::run(120, 35, "demo");
    pane.wait("a healthy demo", is_healthy);
    let mut child = children(&pane.pid());
    // In the order of their start: the last one is member 3.
    child.sort_by_key(|pid| pid.parse::<u32>().unwrap());
    signal("KILL", &child[2]);
    let is_new = |pid: &String| !child.contains(pid);
    pane.wait("another process", |_| {
        children(&pane.pid()).iter().any(is_new)
    });
    // The second time it is left down for longer, and there is time to look.
    let victim = children(&pane.pid()).into_iter().find(is_new).unwrap();
    signal("KILL", &victim);
    pane.keys(&["2", "G"]);
    // It may have led: until there is another leader no margin is said.
    pane.wait("its end", |screen| {
        screen.contains(&format!("process {victim} ended, signal: 9"))
            && screen.contains("Its last words:")
            && screen.contains("▲ DEGRADED")
            && screen.contains("survives 0 more")
            && screen.contains("Its supervisor: it ended: restarts in 2 s.")
    });
    pane.wait("what it cost", |screen| {
        screen.contains(" clients   writes paused ") && screen.contains("   last fault ")
    });
    pane.wait("its return", |screen| {
        screen.contains("is back by itself") && is_healthy(screen)
    });
    let other = children(&pane.pid());
    assert_eq!(other.len(), 3, "the supervisor has started another process");
    pane.keys(&["q", "q", "q"]);
    pane.wait("the end", |screen| screen.contains("EXIT=0"));
    pane.wait("no child", |_| other.iter().all(|pid| !is_alive(pid)));
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn one_member_is_a_standalone_server() {
    let pane = Pane::run(120, 35, "demo --members 1");
    pane.wait("a healthy demo", |screen| {
        is_healthy(screen) && screen.contains("STANDALONE")
    });
    pane.keys(&["2"]);
    pane.wait("its row", |screen| {
        screen.contains("standalone") && screen.contains("members   1 of 1")
    });
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn ascii_and_no_colour_reach_the_terminal_as_asked() {
    let pane = Pane::run(120, 35, "--ascii --no-color");
    let screen = pane.wait("a healthy demo", is_healthy);
    assert!(screen.is_ascii(), "{screen}");
}
