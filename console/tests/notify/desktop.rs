//! The desktop, over a bus that records, one that is silent, and none.

use std::{
    collections::HashMap,
    os::unix::net::UnixListener,
    sync::{Arc, Mutex},
};

use tokio::runtime::Runtime;
use zbus::OwnedVariant;
use zoowarden_console::{
    model::alarm::notice::{Channel, Notice, Occasion, Urgency},
    notify::settings::{NotifySettings, Threshold},
};

use crate::support::{Told, is_alone, notice, run_alone, silence};

fn desktop() -> NotifySettings {
    NotifySettings {
        desktop: Some(Threshold::From(Urgency::Low)),
        ..silence()
    }
}

fn block_on(test: impl Future<Output = ()>) {
    Runtime::new().unwrap().block_on(test);
}

#[test]
fn without_a_bus_it_costs_one_line_and_no_stall() {
    if !is_alone() {
        let nowhere = ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        run_alone(
            "desktop::without_a_bus_it_costs_one_line_and_no_stall",
            &[],
            &[nowhere],
        );
        return;
    }
    block_on(async {
        let mut told = Told::start(desktop());
        for number in 1..=3 {
            let alarm = format!("alarm-{number}");
            told.notifier.tell(&Notice {
                alarm,
                ..notice(number, Occasion::Began, Urgency::Normal)
            });
        }
        told.notifier.tell(&Notice {
            alarm: String::new(),
            ..notice(4, Occasion::Test, Urgency::Normal)
        });
        let first = told.by(Channel::Desktop).await;
        assert_eq!(first.notice, 1);
        assert!(first.result.is_err());
        for number in 2..=3 {
            let again = told.by(Channel::Desktop).await;
            let as_before = Err("failed as before".to_owned());
            assert_eq!((again.notice, again.result), (number, as_before));
        }
        let tried = told.by(Channel::Desktop).await;
        assert_eq!((tried.notice, tried.result), (4, first.result));
    });
}

#[test]
fn a_silent_desktop_is_given_up_at_the_deadline() {
    if !is_alone() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("bus");
        // Connections are taken by the kernel, and nobody reads them.
        let _bus = UnixListener::bind(&socket).unwrap();
        let address = format!("unix:path={}", socket.display());
        run_alone(
            "desktop::a_silent_desktop_is_given_up_at_the_deadline",
            &[],
            &[("DBUS_SESSION_BUS_ADDRESS", &address)],
        );
        return;
    }
    block_on(async {
        let mut told = Told::start(desktop());
        for number in 1..=1000 {
            told.notifier.tell(&Notice {
                alarm: format!("alarm-{number}"),
                ..notice(number, Occasion::Began, Urgency::Normal)
            });
        }
        let mut said = Vec::new();
        while said.len() < 2 {
            let why = told.by(Channel::Desktop).await.result.unwrap_err();
            if why != "failed as before" {
                said.push(why);
            }
        }
        assert!(said[0].starts_with("dropped"), "{said:?}");
        assert_eq!(said[1], "no answer from the desktop");
    });
}

/// One call of `Notify`.
#[derive(Clone, Debug)]
struct Call {
    replaces: u32,
    icon: String,
    summary: String,
    body: String,
    urgency: u8,
    timeout: i32,
}

struct Service(Arc<Mutex<Vec<Call>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "body-markup".to_owned()]
    }

    #[expect(
        clippy::too_many_arguments,
        clippy::needless_pass_by_value,
        reason = "the specification's arguments, as the bus hands them over"
    )]
    fn notify(
        &self,
        app: String,
        replaces: u32,
        icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        timeout: i32,
    ) -> u32 {
        assert_eq!(app, "zoowarden");
        let mut calls = self.0.lock().unwrap();
        calls.push(Call {
            replaces,
            icon,
            summary,
            body,
            urgency: u8::try_from(&hints["urgency"]).unwrap(),
            timeout,
        });
        if replaces == 0 {
            100 + calls.len() as u32
        } else {
            replaces
        }
    }
}

#[test]
#[ignore = "needs dbus-run-session (Debian: dbus); starts a bus and a service of its own"]
fn the_service_gets_urgency_icon_and_escaped_text() {
    if !is_alone() {
        let cache = tempfile::tempdir().unwrap();
        run_alone(
            "desktop::the_service_gets_urgency_icon_and_escaped_text",
            &["dbus-run-session", "--"],
            &[("XDG_CACHE_HOME", &cache.path().display().to_string())],
        );
        return;
    }
    block_on(async {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let _service = zbus::connection::Builder::session()
            .name("org.freedesktop.Notifications")
            .serve_at(
                "/org/freedesktop/Notifications",
                Service(Arc::clone(&calls)),
            )
            .build()
            .await
            .unwrap();
        let mut told = Told::start(desktop());
        let began = Notice {
            title: "no <quorum> \x1b[2J".to_owned(),
            body: "<a href=\"x\">click</a> & wait\nsecond".to_owned(),
            ..notice(1, Occasion::Began, Urgency::Critical)
        };
        for notice in [began, notice(2, Occasion::Ended, Urgency::Low)] {
            told.notifier.tell(&notice);
            assert_eq!(told.by(Channel::Desktop).await.result, Ok(()));
        }
        told.notifier
            .tell(&notice(3, Occasion::Began, Urgency::Normal));
        assert_eq!(told.by(Channel::Desktop).await.result, Ok(()));

        let calls = calls.lock().unwrap().clone();
        let began = &calls[0];
        assert_eq!(began.summary, "prod: no <quorum> \\x1b[2J");
        assert_eq!(
            began.body,
            "&lt;a href=&quot;x&quot;&gt;click&lt;/a&gt; &amp; wait\nsecond"
        );
        assert_eq!(
            (began.urgency, began.timeout, began.replaces),
            (2, 0, 0),
            "stays"
        );
        let icon = std::fs::read(&began.icon).unwrap();
        assert!(icon.starts_with(b"\x89PNG"));
        assert_eq!((calls[1].urgency, calls[1].timeout), (0, -1));
        assert_eq!(calls[1].replaces, 101, "the end replaces the beginning");
        assert_eq!((calls[2].urgency, calls[2].replaces), (1, 0), "a new one");
    });
}

#[test]
#[ignore = "for eyes: dbus-run-session -- xvfb-run sh -c 'dunst & cargo test -p zoowarden --test notify for_eyes -- --ignored'"]
fn for_eyes_two_notices_on_the_desktop_that_is_there() {
    block_on(async {
        let mut told = Told::start(desktop());
        let critical = Notice {
            title: "no quorum".to_owned(),
            body: "2 of 3 voters are silent & nothing can be written.\nNext: start <member 2>"
                .to_owned(),
            ..notice(1, Occasion::Began, Urgency::Critical)
        };
        let normal = Notice {
            alarm: "slow-fsync:3".to_owned(),
            title: "member 3 is slow to disk".to_owned(),
            body: "fsync 212 ms, its peers 4 ms".to_owned(),
            ..notice(2, Occasion::Began, Urgency::Normal)
        };
        for notice in [critical, normal] {
            told.notifier.tell(&notice);
            assert_eq!(told.by(Channel::Desktop).await.result, Ok(()));
        }
    });
}
