//! How the cluster is reached, on the screen: the header, a member's details, and why there is
//! no session.

use zoowarden_client::Certificate;
use zoowarden_console::{
    event::{Event, SessionEvent},
    model::alarm::notice::Urgency,
    reach::way::Way,
};

use crate::fixture::{Console, WALL_MS, console};

const DAY_S: i64 = 86_400;

fn way() -> Way {
    Way {
        via: Some("bastion-eu".to_owned()),
        tls: true,
        ..Way::default()
    }
}

#[test]
fn the_header_names_the_way_and_warns_of_a_name_that_is_not_checked() {
    let mut console = console("healthy");
    assert!(!console.screen(120, 35).contains("via "));
    console.model.cluster.way = way();
    console.now(Event::Session(SessionEvent::Ping { us: 18_000 }));
    let first = |screen: &str| screen.lines().next().unwrap_or_default().to_owned();
    let line = first(&console.screen(120, 35));
    assert!(line.contains("   via bastion-eu 18.0 ms   TLS "), "{line}");
    console.model.cluster.way.any_host = true;
    let line = first(&console.screen(120, 35));
    assert!(line.contains("TLS, any host's certificate!"), "{line}");
}

#[test]
fn a_members_details_say_how_long_its_certificate_lasts() {
    let mut console = console("healthy");
    console.model.cluster.way = way();
    let address = console.model.members[0].address.clone();
    console.now(Event::Certificate {
        address,
        certificate: Box::new(Certificate {
            names: vec!["zk1\u{1b}[31m".to_owned()],
            issuer: "CN=corp".to_owned(),
            not_after_s: WALL_MS / 1000 + 71 * DAY_S + DAY_S / 2,
        }),
    });
    console.keys("2");
    let screen = console.screen(120, 35);
    assert!(screen.contains("cert: 71 d, for zk1"), "{screen}");
    assert!(!screen.contains('\u{1b}'));
}

#[test]
fn a_session_that_is_refused_says_why() {
    let mut console = console("healthy");
    let why = "it refuses our SASL identity: AuthFailed".to_owned();
    console.now(Event::Session(SessionEvent::Lost { why }));
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("no session: it refuses our SASL identity: AuthFailed"),
        "{screen}"
    );
}

#[test]
fn a_certificate_that_expires_begins_an_alarm_in_time_and_is_urgent_in_its_last_week() {
    let mut console = console("healthy");
    let shows = |console: &mut Console, days: i64| {
        let address = console.model.members[0].address.clone();
        console.now(Event::Certificate {
            address,
            certificate: Box::new(Certificate {
                names: vec!["zk1".to_owned()],
                issuer: "CN=corp".to_owned(),
                not_after_s: WALL_MS / 1000 + days * DAY_S + DAY_S / 2,
            }),
        });
        let at = console.model.now.mono_ms + 200;
        console.at(at, Event::Tick);
    };
    let told = |console: &Console| -> Vec<(Urgency, String)> {
        let active = console.model.alarms.active();
        active
            .filter(|alarm| alarm.finding.rule == "certificate")
            .map(|alarm| (alarm.finding.urgency, alarm.finding.sentence.clone()))
            .collect()
    };
    console.model.cluster.way = way();
    shows(&mut console, 31);
    assert_eq!(told(&console), []);
    shows(&mut console, 29);
    let (urgency, sentence) = told(&console).remove(0);
    assert_eq!(urgency, Urgency::Low);
    assert!(sentence.contains("in 29 days"), "{sentence}");
    shows(&mut console, 6);
    assert_eq!(told(&console).remove(0).0, Urgency::Normal);
    shows(&mut console, -2);
    let (_, sentence) = told(&console).remove(0);
    assert!(sentence.contains("expired on"), "{sentence}");
    console.model.cluster.way.own_not_after_s = Some(WALL_MS / 1000);
    shows(&mut console, 300);
    let told = told(&console);
    assert!(
        told.iter().any(|(_, said)| said.contains("this console")),
        "{told:?}"
    );
}
