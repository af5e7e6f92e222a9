//! `w`: whose a znode is, where that client is, and what else would vanish.

use zoowarden_console::event::{Command, Event};
use zoowarden_shared::{
    SessionId,
    admin::{ClientConnection, parse_cons, parse_dump},
};

use crate::{
    fixture::{Console, console},
    screens::check,
};

const DUMP: &str = "\
Sessions with Ephemerals (2):
0x200001636250000:
\t/locks/orders
\t/services/web/b
\t/services/web/c
0x300001636250000:
\t/locks/stock/lock-0000000011
\t/locks/stock/lock-0000000009
";

const CONS: &str = " /10.1.8.3:40011[1](queued=0,recved=90,sent=91,sid=0x200001636250000,lop=CREA,\
est=1795369231542,to=30000,lcxid=0x5,lzxid=0x88,lresp=1455868,llat=1,minlat=0,avglat=0,maxlat=1)\n";

fn told(console: &mut Console) {
    console.now(Event::Dump(Ok(parse_dump(DUMP))));
    console.now(Event::Connections {
        address: "zk2:2181".into(),
        answer: Ok(parse_cons(CONS)),
    });
    console.now(Event::Connections {
        address: "zk3:2181".into(),
        answer: Err(
            "cons is shut; 4lw.commands.whitelist=srvr,mntr,conf,cons,dump opens it".into(),
        ),
    });
}

#[test]
fn an_ephemeral_leads_to_its_client_its_member_and_what_goes_with_it() {
    let mut console = console("znodes");
    console.keys("7gjjj<enter>j");
    assert_eq!(
        console.model.ui.list().selected.as_deref(),
        Some("/locks/orders")
    );
    console.keys("w");
    assert!(
        console.commands.contains(&Command::ShowSessions(true)),
        "asked only now"
    );
    let asking = console.screen(120, 35);
    assert!(asking.contains("asking the members"), "{asking}");
    told(&mut console);
    check("who-ephemeral-120x35", &console.screen(120, 35));
    console.keys("<esc>");
    assert!(
        console.commands.contains(&Command::ShowSessions(false)),
        "and no longer"
    );
}

#[test]
fn a_family_leads_to_the_sessions_below_it_in_the_order_of_their_numbers() {
    let mut console = console("znodes");
    console.keys("7gjjjw");
    told(&mut console);
    check("who-family-120x35", &console.screen(120, 35));
}

#[test]
fn a_session_leads_to_all_it_holds() {
    let mut console = console("sessions");
    console.keys("5w");
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("who: session 0x200001636250000"),
        "{screen}"
    );
    assert!(
        screen.contains("vanishes with it: 2 ephemerals"),
        "{screen}"
    );
    assert!(screen.contains("10.1.8.3:40011"), "{screen}");
}

#[test]
fn what_can_be_done_with_our_own_session_is_nothing_and_with_anothers_says_what_vanishes() {
    let mut console = console("sessions");
    console.keys("gx");
    let screen = console.screen(120, 35);
    assert!(screen.contains("REFUSED"), "{screen}");
    // In the list, and among the checks below it.
    assert_eq!(screen.matches("this console's own").count(), 2, "{screen}");
    console.keys("<esc>Gx");
    let screen = console.screen(120, 35);
    assert!(screen.contains("SAFE"), "{screen}");
    assert!(screen.contains("1 ephemeral vanishes"), "{screen}");
}

#[test]
fn the_watches_that_its_member_counts_are_told_without_a_list_of_them() {
    let mut console = console("sessions");
    let id = SessionId(0x0200_0016_3625_0000);
    let connection = ClientConnection {
        remote: "10.1.8.3:40011".into(),
        session: Some(id),
        watches: Some(3),
        ..ClientConnection::default()
    };
    console.now(Event::Connections {
        address: "zk2:2181".into(),
        answer: Ok(vec![connection]),
    });
    console.keys("w");
    let screen = console.screen(120, 35);
    let told = "its watches go with it: 3 watches";
    assert!(screen.contains(told), "{screen}");
}
