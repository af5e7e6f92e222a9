//! The tree: only what is on the screen is asked for, and a watch event asks again.

use zoowarden_console::{
    event::{Change, Command, Event, SessionEvent, TreeEvent},
    model::wanted::TreeRequest,
};
use zoowarden_shared::{
    SessionId,
    acl::{Acl, Id},
    stat::Stat,
};

use crate::fixture::{Console, console};

fn requests(console: &mut Console) -> Vec<TreeRequest> {
    let commands = std::mem::take(&mut console.commands);
    let tree = commands.into_iter().filter_map(|command| match command {
        Command::Tree(request) => Some(request),
        _ => None,
    });
    tree.collect()
}

/// Answers what is under way as it was answered before.
fn settle(console: &mut Console) {
    for request in requests(console) {
        let (TreeRequest::Stat(path)
        | TreeRequest::Children(path)
        | TreeRequest::Data(path)
        | TreeRequest::Acl(path)
        | TreeRequest::Quota(path)
        | TreeRequest::Below(path)
        | TreeRequest::Unwatch(path)) = request.clone();
        let node = console.model.tree.nodes[&path].clone();
        let stat = node.stat.value.unwrap_or_default();
        let event = match request {
            TreeRequest::Stat(_) => TreeEvent::Stat {
                path,
                answer: Ok(Some(stat)),
            },
            TreeRequest::Children(_) => {
                let names = node.children.value.unwrap_or_default();
                TreeEvent::Children {
                    path,
                    answer: Ok((names, stat)),
                }
            }
            TreeRequest::Data(_) => TreeEvent::Data {
                path,
                answer: Ok((node.data.value.unwrap_or_default(), stat)),
            },
            TreeRequest::Unwatch(_) => continue,
            TreeRequest::Acl(_) => TreeEvent::Acl {
                path,
                answer: Ok((node.acl.value.unwrap_or_default(), 0)),
            },
            TreeRequest::Quota(_) => TreeEvent::Quota {
                path,
                answer: Ok(None),
            },
            TreeRequest::Below(_) => TreeEvent::Below {
                path,
                answer: Ok(0),
            },
        };
        console.now(Event::Tree(event));
    }
}

fn later(console: &mut Console, ms: u64) {
    let at = console.model.now.mono_ms + ms;
    console.at(at, Event::Tick);
}

#[test]
fn nothing_is_asked_until_znodes_are_on_the_screen() {
    let mut console = console("healthy");
    assert_eq!(requests(&mut console), []);
    console.keys("7");
    let asked = requests(&mut console);
    assert!(asked.contains(&TreeRequest::Stat("/".into())), "{asked:?}");
    assert!(
        !asked.contains(&TreeRequest::Children("/".into())),
        "its size is not known yet"
    );
    later(&mut console, 100);
    assert_eq!(
        requests(&mut console),
        [],
        "what is under way is not asked for twice"
    );
    let stat = Stat {
        num_children: 2,
        ..Stat::default()
    };
    console.now(Event::Tree(TreeEvent::Stat {
        path: "/".into(),
        answer: Ok(Some(stat)),
    }));
    assert!(requests(&mut console).contains(&TreeRequest::Children("/".into())));
}

#[test]
fn a_closed_family_is_not_listed_and_an_open_one_is() {
    let mut console = console("znodes");
    console.keys("7");
    requests(&mut console);
    console.keys("gjj");
    requests(&mut console);
    console.keys("<enter>");
    let asked = requests(&mut console);
    let listed = asked
        .iter()
        .filter(|request| matches!(request, TreeRequest::Children(_)));
    assert!(listed.count() <= 1, "{asked:?}");
}

#[test]
fn a_watch_event_asks_again_and_a_storm_does_not() {
    let mut console = console("znodes");
    console.keys("7");
    settle(&mut console);
    later(&mut console, 1000);
    assert_eq!(requests(&mut console), [], "all is known and watched");
    let changed = || TreeEvent::Changed {
        path: "/".into(),
        change: Change::Children,
    };
    console.now(Event::Tree(changed()));
    let asked = requests(&mut console);
    assert!(
        asked.contains(&TreeRequest::Children("/".into())),
        "{asked:?}"
    );
    for _ in 0..100 {
        console.now(Event::Tree(changed()));
    }
    assert_eq!(requests(&mut console), [], "one is under way");
}

#[test]
fn a_new_connection_has_no_watches_so_that_all_that_is_shown_is_read_again() {
    let mut console = console("znodes");
    console.keys("7");
    settle(&mut console);
    later(&mut console, 1000);
    assert_eq!(requests(&mut console), [], "all is known and watched");
    console.now(Event::Session(SessionEvent::Lost { why: "gone".into() }));
    assert_eq!(requests(&mut console), [], "nobody to ask");
    later(&mut console, 1000);
    console.now(Event::Session(SessionEvent::Connected {
        address: "zk3:2181".into(),
        id: SessionId(1),
        timeout_ms: 15_000,
        read_only: false,
    }));
    let asked = requests(&mut console);
    assert!(
        asked.contains(&TreeRequest::Children("/".into())),
        "{asked:?}"
    );
}

#[test]
fn a_wide_family_is_listed_only_when_asked_for_twice() {
    let mut console = console("healthy");
    console.keys("7");
    requests(&mut console);
    let wide = Stat {
        num_children: 1_000_000,
        ..Stat::default()
    };
    console.now(Event::Tree(TreeEvent::Stat {
        path: "/".into(),
        answer: Ok(Some(wide)),
    }));
    let lists = |asked: Vec<TreeRequest>| asked.contains(&TreeRequest::Children("/".into()));
    assert!(!lists(requests(&mut console)));
    assert!(console.screen(120, 35).contains("Enter again lists"));
    console.keys("<enter>");
    assert!(lists(requests(&mut console)));
}

#[test]
fn what_does_not_fit_now_is_asked_for_later() {
    let mut console = console("healthy");
    console.keys("7");
    requests(&mut console);
    let names: Vec<String> = (0..100).map(|n| format!("n{n:03}")).collect();
    let stat = Stat {
        num_children: 100,
        ..Stat::default()
    };
    console.now(Event::Tree(TreeEvent::Stat {
        path: "/".into(),
        answer: Ok(Some(stat)),
    }));
    let answer = Ok((names, stat));
    console.now(Event::Tree(TreeEvent::Children {
        path: "/".into(),
        answer,
    }));
    let mut asked = Vec::new();
    for _ in 0..20 {
        later(&mut console, 1000);
        let now = requests(&mut console);
        assert!(now.len() <= 16, "bounded");
        for request in &now {
            if let TreeRequest::Stat(path) = request {
                let answer = Ok(Some(Stat::default()));
                console.now(Event::Tree(TreeEvent::Stat {
                    path: path.clone(),
                    answer,
                }));
            }
        }
        asked.extend(now);
    }
    asked.extend(requests(&mut console));
    let rows_seen = (0..20).all(|n| asked.contains(&TreeRequest::Stat(format!("/n{n:03}"))));
    assert!(rows_seen, "every row on the screen");
    assert!(
        !asked.contains(&TreeRequest::Stat("/n099".into())),
        "and none beyond it"
    );
}

#[test]
fn what_has_left_the_screen_is_watched_no_more() {
    let mut console = console("znodes");
    console.keys("7");
    settle(&mut console);
    console.keys("2");
    let left: Vec<TreeRequest> = requests(&mut console);
    assert!(left.contains(&TreeRequest::Unwatch("/".into())), "{left:?}");
    assert!(
        left.iter()
            .all(|request| matches!(request, TreeRequest::Unwatch(_)))
    );
    later(&mut console, 1000);
    console.keys("7");
    let back = requests(&mut console);
    assert!(
        back.contains(&TreeRequest::Stat("/".into())),
        "and read anew: {back:?}"
    );
}

#[test]
fn a_filter_that_nothing_unfolded_passes_says_where_to_look() {
    let mut console = console("znodes");
    console.keys("/nowhere-in-sight<enter>");
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("Nothing that is unfolded passes"),
        "{screen}"
    );
    assert!(screen.contains("finds in the whole tree"), "{screen}");
}

#[test]
fn what_can_be_done_with_an_owner_does_not_say_that_nobody_tells_of_it() {
    let mut console = console("znodes");
    console.keys("7gjjj<enter>j");
    console.keys("x");
    let screen = console.screen(120, 35);
    assert!(screen.contains("close session"), "{screen}");
    assert!(!screen.contains("nobody tells"), "{screen}");
    assert!(screen.contains("the gate lists the ephemerals"), "{screen}");
}

/// Ids, quotas and paths are as long as their owners like; what is cut is what one looks for.
#[test]
fn nothing_of_a_znodes_facts_is_cut_in_a_narrow_window() {
    let mut console = console("znodes");
    let long = "a-service-with-a-name-that-is-longer-than-the-window-has-columns";
    let digest = "digest:ann-of-the-orders-team:Kx2Uvm4cQyPZ0rPTRFpTbTXIiSg=";
    let (scheme, id) = digest.split_once(':').unwrap();
    let acl = |scheme: &str, id: &str| Acl {
        perms: 31,
        id: Id {
            scheme: scheme.into(),
            id: id.into(),
        },
    };
    let path = format!("/evil/{long}");
    let stat = console.model.tree.nodes["/evil"].stat.value.unwrap();
    for event in [
        TreeEvent::Children {
            path: "/evil".into(),
            answer: Ok((vec![long.into()], stat)),
        },
        TreeEvent::Stat {
            path: path.clone(),
            answer: Ok(Some(stat)),
        },
        TreeEvent::Acl {
            path: path.clone(),
            answer: Ok((vec![acl("world", "anyone"), acl(scheme, id)], 0)),
        },
        TreeEvent::Quota {
            path: path.clone(),
            answer: Err("not read: the session may not read what is below /zookeeper/quota".into()),
        },
    ] {
        console.now(Event::Tree(event));
    }
    console.keys("<right><down>");
    let screen = console.screen(80, 24);
    let right = screen.lines().filter_map(|line| {
        let line: String = line.chars().skip(33).collect();
        (!line.starts_with("──")).then_some(line)
    });
    // Broken where it must be: the pieces follow each other.
    let told: String = right
        .flat_map(|line| line.chars().collect::<Vec<_>>())
        .filter(|c| *c != ' ')
        .collect();
    for whole in [
        path.as_str(),
        "persistent,containerorTTL0children",
        "version1",
        "aversion0",
        digest,
        "maynotreadwhatisbelow/zookeeper/quota",
    ] {
        assert!(told.contains(whole), "{whole}:\n{screen}");
    }
}

/// The tree of the fixture on this znode, whose data are these.
fn with_data(path: &str, data: &[u8]) -> Console {
    let mut console = console("znodes");
    console.now(Event::Tree(TreeEvent::Data {
        path: path.into(),
        answer: Ok((
            data.to_owned().into(),
            Stat {
                data_length: i32::try_from(data.len()).unwrap(),
                ..Stat::default()
            },
        )),
    }));
    console.keys("7g");
    for _ in 0..20 {
        if console.model.ui.list().selected.as_deref() == Some(path) {
            break;
        }
        console.keys("<down>");
    }
    console
}

#[test]
fn a_znode_too_large_to_be_drawn_says_where_it_is_cut() {
    let json = format!("[{}1]", "\"0123456\",".repeat(57_489));
    assert_eq!(json.len(), 574_893);
    for (data, form, cut) in [
        (json.into_bytes(), "as JSON", "first 64 KiB of 561 KiB"),
        (vec![b'x'; 1_000_000], "as text", "first 64 KiB of 976 KiB"),
        (vec![0; 1_000_000], "as hex", "first 64 KiB of 976 KiB"),
    ] {
        let mut console = with_data("/config", &data);
        let screen = console.screen(120, 35);
        assert!(screen.contains(form), "{screen}");
        assert!(screen.contains(cut), "{screen}");
        console.keys("<tab>G");
        let screen = console.screen(120, 35);
        let last = screen.lines().rfind(|line| line.contains(cut));
        let after = screen.lines().skip_while(|line| Some(*line) != last).nth(1);
        assert!(after.is_some_and(|line| line.starts_with('─')), "{screen}");
    }
}

#[test]
fn json_is_drawn_with_the_digits_and_the_keys_that_it_has() {
    let data = br#"{"f": 1.10,"dup":1,"dup":2}"#;
    let mut console = with_data("/config", data);
    for keys in ["", "y"] {
        console.keys(keys);
        let screen = console.screen(120, 35);
        for whole in ["\"f\": 1.10,", "\"dup\": 1,", "\"dup\": 2"] {
            assert!(screen.contains(whole), "{whole}:\n{screen}");
        }
    }
}

#[test]
fn data_that_are_not_drawn_as_wished_say_why() {
    let mut console = with_data("/config", b"{\"a\" 1}");
    console.keys("vv");
    let screen = console.screen(120, 35);
    let why = "not as JSON: expected `:` at line 1 column 6";
    assert!(screen.contains(why), "{screen}");
    let mut console = with_data("/config", &vec![b'x'; 1_000_000]);
    console.keys("y");
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("\"not_shown\": \"above 64 KiB\""),
        "{screen}"
    );
}
