//! Changing znodes: what is shown before it is done, what is sent, and how it is taken back.

use bytes::Bytes;
use zoowarden_console::{
    event::{Command, CountNews, Event, SessionEvent, TreeEvent},
    model::znode::{
        change::Change,
        holding::Holding,
        outcome::{End, Outcome},
        quota::QuotaSeen,
        transaction::Kind,
    },
};
use zoowarden_shared::{acl::Acl, proto::MultiResult, quota::StatsTrack, stat::Stat};

use crate::{
    fixture::{Console, console},
    screens::check,
};

/// The tree of the fixture with this znode selected; the commands of before are forgotten.
fn on(path: &str) -> Console {
    let mut console = console("znodes");
    console.keys("7g");
    for _ in 0..20 {
        if console.model.ui.list().selected.as_deref() == Some(path) {
            break;
        }
        console.keys("<down>");
        if path.starts_with("/locks/")
            && console.model.ui.list().selected.as_deref() == Some("/locks")
        {
            console.keys("<enter>");
        }
    }
    assert_eq!(console.model.ui.list().selected.as_deref(), Some(path));
    console.commands.clear();
    console
}

/// The change that was sent.
fn sent(console: &mut Console) -> Option<Change> {
    let commands = std::mem::take(&mut console.commands);
    commands.into_iter().find_map(|command| match command {
        Command::Change(change) => Some(*change),
        _ => None,
    })
}

fn shows(console: &mut Console, text: &str) -> bool {
    console.screen(120, 35).contains(text)
}

fn done(console: &mut Console, change: Change, undo: Option<Change>) {
    let outcome = Outcome {
        says: change.says_done(1),
        end: End::Done,
        undo,
        made: None,
    };
    let change = Box::new(change);
    console.now(Event::Changed { change, outcome });
}

#[test]
fn an_edit_is_shown_confirmed_and_sent_with_the_version_seen() {
    let mut console = on("/config");
    console.keys("e");
    check("edit-120x35", &console.screen(120, 35));
    check("edit-80x24", &console.screen(80, 24));
    console.keys("<right><right><right><right><right><right><right><right><right><right><right><right><right>");
    console.keys("<right><back>5<c-s>");
    check("edit-review-120x35", &console.screen(120, 35));
    assert_eq!(
        sent(&mut console),
        None,
        "nothing is sent before it is confirmed"
    );
    console.keys("y");
    let Some(Change::SetData {
        path,
        data,
        version,
        ..
    }) = sent(&mut console)
    else {
        panic!("nothing was sent");
    };
    assert_eq!((path.as_str(), version), ("/config", 1));
    assert!(data.starts_with(b"{\"replicas\": 5"), "{data:?}");
    assert!(shows(&mut console, "waiting for the answer"));
}

#[test]
fn the_key_that_opens_does_not_confirm_and_paste_never_does() {
    let mut console = on("/config");
    console.keys("e <c-s>");
    console.keys("eeE<enter><c-s>");
    console.now(Event::Paste("y".into()));
    assert_eq!(sent(&mut console), None);
    console.keys("n");
    assert!(
        shows(&mut console, "Ctrl-S shows what it will do"),
        "back at the text"
    );
    console.now(Event::Paste("a\nb".into()));
    assert!(
        shows(&mut console, "b{\"replicas\"") || shows(&mut console, " b"),
        "pasted as text"
    );
    console.keys("<esc>");
    assert!(shows(&mut console, "Esc again drops"));
    console.keys("<esc>");
    assert!(shows(&mut console, "znodes"));
}

#[test]
fn a_refused_change_keeps_what_was_typed() {
    let mut console = on("/config");
    console.keys("eX<c-s>y");
    let change = sent(&mut console).unwrap();
    console.now(Event::Changed {
        change: Box::new(change),
        outcome: Outcome::without(
            End::Refused,
            "/config: somebody has changed it since it was read here; nothing was changed",
        ),
    });
    check("edit-refused-120x35", &console.screen(120, 35));
    console.keys("<enter>");
    assert!(shows(&mut console, "X{\"replicas\""));
}

#[test]
fn while_editing_it_says_that_somebody_else_has_written() {
    let mut console = on("/config");
    console.keys("e");
    let stat = Stat {
        version: 2,
        ..Stat::default()
    };
    console.now(Event::Tree(TreeEvent::Stat {
        path: "/config".into(),
        answer: Ok(Some(stat)),
    }));
    assert!(shows(&mut console, "it is at version 2 now"));
    console.keys("X<c-s>y");
    let Some(Change::SetData { version, .. }) = sent(&mut console) else {
        panic!("nothing was sent");
    };
    assert_eq!(version, 1, "the data that was seen was of version 1");
}

#[test]
fn what_was_done_is_taken_back_from_the_list() {
    let mut console = on("/config");
    console.keys("u");
    assert!(shows(
        &mut console,
        "nothing was changed from this console yet"
    ));
    console.keys("eX<c-s>y");
    let change = sent(&mut console).unwrap();
    let undo = Change::SetData {
        path: "/config".into(),
        data: "old".into(),
        seen: "new".into(),
        version: 2,
    };
    done(&mut console, change, Some(undo.clone()));
    assert!(shows(&mut console, "u takes it back"));
    // What was deleted may have been all that passed the filter.
    console.keys("/nothing-is-called-so<enter>u");
    assert!(shows(&mut console, "changed from here"));
    console.keys("<esc><esc>");
    console.keys("u");
    check("undo-list-120x35", &console.screen(120, 35));
    console.keys("<enter>");
    assert!(shows(&mut console, "take back: set the data of /config"));
    console.keys("y");
    assert_eq!(sent(&mut console), Some(undo.clone()));
    done(&mut console, undo, None);
    console.keys("u");
    assert!(shows(
        &mut console,
        "nothing was changed from this console yet"
    ));
}

fn locks() -> Holding {
    let mut holding = Holding::default();
    let content = || Some((Bytes::from_static(b"x"), Acl::open()));
    let stat = |owner, data_length| Stat {
        ephemeral_owner: owner,
        data_length,
        version: 1,
        ..Stat::default()
    };
    holding.add("/locks", &stat(0, 0), content());
    holding.add("/locks/orders", &stat(0x2_0000_1636_2500, 1), content());
    holding.add("/locks/evil\x1b[2J", &stat(0, 0), content());
    holding
}

#[test]
fn a_deletion_counts_first_and_a_family_goes_only_by_its_name() {
    let mut console = on("/locks");
    console.keys("D");
    assert!(console.commands.contains(&Command::Count("/locks".into())));
    let news = |news| Event::Counted {
        path: "/locks".into(),
        news,
    };
    console.now(news(CountNews::SoFar(1204)));
    assert!(shows(&mut console, "1,204 znodes so far"));
    console.now(news(CountNews::Done(Ok(locks()))));
    check("delete-review-120x35", &console.screen(120, 35));
    console.keys("y<enter>");
    assert_eq!(sent(&mut console), None, "y is not its name");
    console.keys("<back>lock<enter>");
    assert_eq!(sent(&mut console), None, "not whole");
    console.now(Event::Paste("s".into()));
    console.keys("<enter>");
    assert_eq!(sent(&mut console), None, "a name is typed, not pasted");
    console.keys("s<enter>");
    assert_eq!(sent(&mut console), Some(Change::Delete(locks())));
}

#[test]
fn counting_is_stopped_by_esc() {
    let mut console = on("/locks");
    console.keys("D<esc>");
    assert!(console.commands.contains(&Command::StopCount));
    console.now(Event::Counted {
        path: "/locks".into(),
        news: CountNews::Done(Ok(locks())),
    });
    assert!(!shows(&mut console, "type locks"), "too late");
}

#[test]
fn a_new_znode_takes_kind_rights_and_data() {
    let mut console = on("/config");
    console.keys("Nflags<enter><right><right>");
    check("new-znode-120x35", &console.screen(120, 35));
    check("new-znode-80x24", &console.screen(80, 24));
    console.keys("<c-s>y");
    let Some(Change::Create {
        path, kind, acl, ..
    }) = sent(&mut console)
    else {
        panic!("nothing was sent");
    };
    assert_eq!((path.as_str(), kind), ("/config/flags", Kind::Container));
    assert_eq!(acl, Acl::open());
}

#[test]
fn rights_are_edited_line_by_line() {
    let mut console = on("/config");
    console.keys("A<c-s>");
    assert!(shows(&mut console, "nothing differs"));
    for _ in 0.."world:anyone:cdrwa".len() {
        console.keys("<right>");
    }
    console.keys("<back><back><back><back><back>r<c-s>");
    assert!(shows(
        &mut console,
        "only the super user can change this ACL again"
    ));
    console.keys("y");
    assert!(matches!(
        sent(&mut console),
        Some(Change::SetAcl { version: 0, .. })
    ));
}

#[test]
fn a_quota_is_set_where_none_above_has_one() {
    let quota = |console: &mut Console, answer| {
        console.now(Event::Tree(TreeEvent::Quota {
            path: "/config".into(),
            answer,
        }));
    };
    let mut console = on("/config");
    console.keys("Q");
    assert!(shows(&mut console, "quota is not read yet"));
    let seen = |on: &str| QuotaSeen {
        on: on.into(),
        limits: StatsTrack::parse(b"count=5,bytes=-1=;byteHardLimit=100;countHardLimit=-1"),
        version: 3,
        used: StatsTrack::parse(b"count=7,bytes=40"),
    };
    quota(&mut console, Ok(Some(seen("/"))));
    console.keys("Q");
    assert!(shows(&mut console, "has a quota already"));
    quota(&mut console, Ok(Some(seen("/config"))));
    assert!(shows(
        &mut console,
        "exceeded: 7 znodes, soft 5; 40 bytes, hard 100"
    ));
    console.keys("Q<back>9<c-s>");
    assert!(shows(&mut console, "znodes, soft: 9"));
    console.keys("y");
    let Some(Change::SetQuota { limits, .. }) = sent(&mut console) else {
        panic!("nothing was sent");
    };
    let text = "count=9,bytes=-1=;byteHardLimit=100;countHardLimit=-1";
    assert_eq!(limits.unwrap().to_string(), text);
}

#[test]
fn the_operators_own_editor_gets_what_is_no_text() {
    let mut console = on("/config");
    let data = Bytes::from_static(b"\x00\xff");
    console.now(Event::Tree(TreeEvent::Data {
        path: "/config".into(),
        answer: Ok((
            data.clone(),
            Stat {
                version: 4,
                ..Stat::default()
            },
        )),
    }));
    console.keys("e");
    assert!(shows(&mut console, "E edits it with your own editor"));
    console.keys("E");
    assert!(
        console
            .commands
            .contains(&Command::EditOutside(data.clone()))
    );
    console.now(Event::Edited(Ok(Bytes::from_static(b"\x00\xfe"))));
    console.keys("y");
    assert!(matches!(
        sent(&mut console),
        Some(Change::SetData { version: 4, .. })
    ));
    console.now(Event::Tick);
    let mut console = on("/config");
    console.keys("E");
    console.now(Event::Edited(Err(
        "your editor (vi) failed: nothing is changed".into(),
    )));
    assert!(shows(&mut console, "nothing is changed"));
}

#[test]
fn what_may_not_be_changed_says_why() {
    let mut console = on("/zookeeper");
    console.keys("e");
    assert!(shows(&mut console, "ZooKeeper's own"));
    let mut console = on("/config");
    console.model.read_only = true;
    for key in ["e", "E", "N", "D", "A", "Q", "u"] {
        console.keys(key);
        assert!(shows(&mut console, "read-only (--read-only)"), "{key}");
        console.model.ui.said = None;
    }
    assert_eq!(sent(&mut console), None);
    let mut console = on("/config");
    console.now(Event::Session(SessionEvent::Lost { why: "gone".into() }));
    console.keys("D");
    assert!(shows(&mut console, "no session to write with"));
}

#[test]
fn a_session_lost_between_the_review_and_the_key_stops_it() {
    let mut console = on("/config");
    console.keys("eX<c-s>");
    console.now(Event::Session(SessionEvent::Lost { why: "gone".into() }));
    console.keys("y");
    assert_eq!(sent(&mut console), None);
    assert!(shows(&mut console, "no session to write with"));
}

#[test]
fn a_deletion_that_does_not_come_back_whole_says_so_when_it_is_done() {
    let mut console = on("/config");
    let mut holding = Holding::default();
    let content = || Some((Bytes::new(), Acl::open()));
    for n in 0..=5001 {
        let path = match n {
            0 => "/big".to_owned(),
            n => format!("/big/{n:04}"),
        };
        holding.add(&path, &Stat::default(), content());
    }
    let change = Change::Delete(holding);
    let undo = change.undo(&vec![MultiResult::Delete; 5002]);
    let Some(Change::Recreate(back)) = &undo else {
        panic!("nothing comes back");
    };
    assert_eq!(back.len(), 5001);
    let outcome = Outcome {
        says: change.says_done(5002),
        end: End::Done,
        undo,
        made: None,
    };
    let change = Box::new(change);
    console.now(Event::Changed { change, outcome });
    let told = "5,002 znodes deleted; u takes it back, but for /big/5001";
    assert!(shows(&mut console, told));
}

#[test]
fn nothing_is_typed_into_an_editor_that_the_window_has_no_room_for() {
    let mut console = on("/config");
    console.keys("Nabc");
    let typed = console.screen(120, 35);
    assert!(typed.contains("new znode"), "{typed}");
    let small = console.screen(30, 8);
    assert!(small.contains("a dialog is open"), "{small}");
    console.keys("def<esc>");
    assert_eq!(console.screen(120, 35), typed);
}
