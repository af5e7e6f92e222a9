//! Repairing by keys: a member that is held down is started again, and the leadership handed over, each
//! through its gate on the screen.

use crate::pane::{Pane, is_healthy};

/// Types text as it is, where tmux could take it for a key's name.
pub(crate) fn types(pane: &Pane, text: &str) {
    pane.keys(&["-l", text]);
}

/// The number of an action in the list on the screen.
pub(crate) fn number_of(screen: &str, action: &str) -> String {
    let line = screen.lines().find(|line| line.contains(action)).unwrap();
    let number = line.split_whitespace().find(|word| *word != ">").unwrap();
    number.to_owned()
}

/// Takes a member of the demo away for good: a killed one its supervisor would start.
fn hold_down(pane: &Pane, member: u8) {
    breaks(pane, &format!("hold down member {member}"));
}

/// Does what this entry of the demo's menu says.
fn breaks(pane: &Pane, what: &str) {
    pane.keys(&["B"]);
    loop {
        let list = pane.wait("the menu", |screen| screen.contains(what));
        let number = number_of(&list, what);
        types(pane, &number);
        let typed = format!("number: {number}    ");
        let chosen = pane.wait("what it means", |screen| screen.contains(&typed));
        if chosen.contains(&format!("{typed}Enter: {what}")) {
            break;
        }
        // The list was that of the menu before.
        pane.keys(&["C-u"]);
    }
    pane.keys(&["Enter"]);
    pane.wait("the menu's end", |screen| {
        !screen.contains("number: ") && !screen.contains("break something")
    });
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored recover"]
fn a_member_that_is_held_down_is_started_and_the_leadership_handed_over_by_keys() {
    let pane = Pane::run(120, 35, "demo");
    pane.wait("a healthy demo", is_healthy);
    // The last one has the highest id, and leads.
    hold_down(&pane, 1);
    pane.wait("the next step", |screen| {
        screen.contains("0 Enter  ● SAFE  start 1")
    });
    pane.keys(&["0"]);
    pane.wait("the steps, refused ones too", |screen| {
        screen.contains("safe next steps") && screen.contains("would leave 1 of 3, need 2")
    });
    pane.keys(&["Enter"]);
    let gate = pane.wait("the gate", |screen| screen.contains("type y: "));
    assert!(gate.contains("ARMED for this one action"), "{gate}");
    pane.keys(&["y"]);
    pane.wait("its end", |screen| screen.contains("● done and verified"));
    pane.keys(&["Enter"]);
    pane.wait("all of them", is_healthy);

    pane.keys(&["2", "g", "x"]);
    let list = pane.wait("what can be done with it", |screen| {
        screen.contains("what can be done with member 1")
            && screen.contains("hand the leadership to 1")
    });
    types(&pane, &number_of(&list, "hand the leadership to 1"));
    let gate = pane.wait("the gate", |screen| {
        screen.contains("then Enter: ") && screen.contains("hand the leadership to 1 ")
    });
    // A leader of less than a minute is a soft check.
    if gate.contains("why stability may yield") {
        types(&pane, "a demo");
        pane.keys(&["Tab", "Tab"]);
    }
    types(&pane, "2");
    pane.keys(&["Enter"]);
    pane.wait("what is wrong with it", |screen| {
        screen.contains("not yet: type the new leader's id, 1")
    });
    pane.keys(&["BSpace", "1", "Enter"]);
    pane.wait("its end", |screen| screen.contains("● done and verified"));
    pane.keys(&["Enter", "4"]);
    pane.wait("both in the timeline", |screen| {
        screen.contains("you: start 1: done and verified")
            && screen.contains("you: hand the leadership to 1: done and verified")
            && screen.contains("leader 1 ")
    });
    pane.keys(&["q", "q", "q"]);
    pane.wait("the end", |screen| screen.contains("EXIT=0"));
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored recover"]
fn a_start_of_what_ends_at_once_fails_with_its_last_words_and_not_at_the_deadline() {
    let pane = Pane::run(120, 35, "demo");
    pane.wait("a healthy demo", is_healthy);
    breaks(&pane, "damage the log of member 1");
    pane.wait("its end", |screen| screen.contains("exit 65"));
    types(&pane, ":act start 1");
    pane.keys(&["Enter"]);
    pane.wait("the gate", |screen| {
        screen.contains("why its data may yield")
    });
    types(&pane, "to see it");
    pane.keys(&["Tab", "Tab", "y"]);
    // The wait itself has two minutes.
    let end = pane.wait("its end", |screen| screen.contains("failed at step 2"));
    assert!(
        end.contains("its process ended, exit status: 65: it does not start before"),
        "{end}"
    );
    pane.keys(&["Enter", "q", "q", "q"]);
    pane.wait("the end", |screen| screen.contains("EXIT=0"));
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored recover"]
fn a_plan_goes_on_behind_the_screens_and_q_asks_once() {
    let pane = Pane::run(120, 35, "demo");
    pane.wait("a healthy demo", is_healthy);
    types(&pane, ":act rolling-restart");
    pane.keys(&["Enter"]);
    let asks = "type the ensemble, ";
    let gate = pane.wait("the gate", |screen| screen.contains(asks));
    let name = gate.split(asks).nth(1).unwrap();
    let name = name.split(", then Enter").next().unwrap();
    if gate.contains("may yield") {
        types(&pane, "a demo");
        pane.keys(&["Tab", "Tab"]);
    }
    types(&pane, name);
    pane.keys(&["Enter"]);
    pane.wait("its first step", |screen| screen.contains("▸ runs"));
    pane.keys(&["2"]);
    pane.wait("another screen", |screen| {
        screen.contains("── members") && screen.contains("RUNS rolling restart")
    });
    pane.keys(&["1", "q"]);
    pane.wait("the question", |screen| {
        screen.contains("rolling restart runs in this console and would stop")
    });
    pane.keys(&["q"]);
    pane.wait("the end", |screen| screen.contains("EXIT=0"));
    // What it left is written down with how far it came.
    let log = std::fs::read_to_string(pane.file("state/zoowarden/audit-demo.jsonl")).unwrap();
    let outcomes: Vec<bool> = log
        .lines()
        .map(|line| line.contains("\"outcome\":\"begun\""))
        .collect();
    assert_eq!(outcomes, [true, false], "{log}");
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored recover"]
fn an_ensemble_of_which_three_of_five_are_gone_is_brought_back_by_keys() {
    let data = tempfile::tempdir().unwrap();
    let demo = format!("demo --members 5 --data-dir {}", data.path().display());
    let pane = Pane::run(200, 50, &demo);
    pane.wait("a healthy demo", is_healthy);
    for member in 3..=5 {
        hold_down(&pane, member);
    }
    pane.wait("its end", |screen| screen.contains("NO QUORUM"));
    // Members that are merely down it would have started.
    for member in 3..=5 {
        std::fs::remove_dir_all(data.path().join(format!("member-{member}"))).unwrap();
    }
    types(&pane, ":act quorum-loss");
    pane.keys(&["Enter"]);
    let asks = "type the ensemble and the loss, ";
    let gate = pane.wait("the gate", |screen| screen.contains(asks));
    assert!(
        gate.contains("1 is sound") && gate.contains("2 is sound"),
        "{gate}"
    );
    let line = gate.split(asks).nth(1).unwrap();
    let loss = line.split(", then Enter").next().unwrap();
    types(&pane, "3 4 5");
    pane.keys(&["Enter"]);
    types(&pane, loss);
    pane.keys(&["Enter"]);
    pane.wait("the delay", |screen| screen.contains("Esc takes it back"));
    let end = pane.wait("its end", |screen| screen.contains("● done and verified"));
    assert!(end.contains("3: then start it, zoowarden act add"), "{end}");
    pane.keys(&["Enter", "1"]);
    pane.wait("two voters that serve", |screen| {
        screen.contains("2 of 2 voters serve")
    });
    pane.keys(&["q", "q", "q"]);
    pane.wait("the end", |screen| screen.contains("EXIT=0"));
}
