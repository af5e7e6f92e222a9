//! What the tests share: a notifier with its reports, notices, and a test run in a process of
//! its own where it needs another environment.

use std::{
    env,
    io::{self, Write},
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{sync::mpsc, time::timeout};
use zoowarden_console::{
    model::alarm::notice::{Channel, Delivery, Notice, Occasion, Urgency},
    notify::{
        Limits, Notifier, Report,
        settings::{NotifySettings, Threshold},
        surroundings::Surroundings,
    },
};

/// Set in a process that a test has started for itself.
const CHILD: &str = "ZOOWARDEN_NOTIFY_CHILD";
/// Anything takes less, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// No channel at all, to open one by one.
pub(crate) fn silence() -> NotifySettings {
    NotifySettings {
        desktop: Some(Threshold::Off),
        terminal: Some(Threshold::Off),
        bell: Threshold::Off,
        ..NotifySettings::default()
    }
}

pub(crate) fn notice(number: u64, occasion: Occasion, urgency: Urgency) -> Notice {
    Notice {
        number,
        occasion,
        urgency,
        cluster: "prod".to_owned(),
        alarm: "member-down:2".to_owned(),
        title: "member 2 is down".to_owned(),
        body: "silent for 3 s; the ensemble survives no more".to_owned(),
    }
}

/// A notifier, what it wrote to its terminal, and its reports.
pub(crate) struct Told {
    pub(crate) notifier: Notifier,
    pub(crate) reports: mpsc::Receiver<Report>,
    written: Written,
}

impl Told {
    pub(crate) fn start(settings: NotifySettings) -> Self {
        Self::with(settings, &Surroundings::default(), Limits::default())
    }

    pub(crate) fn with(
        settings: NotifySettings,
        surroundings: &Surroundings,
        limits: Limits,
    ) -> Self {
        let (sender, reports) = mpsc::channel(1024);
        let written = Written::default();
        let terminal = Some(Box::new(written.clone()) as Box<dyn Write + Send>);
        Self {
            notifier: Notifier::start(settings, surroundings, limits, terminal, sender),
            reports,
            written,
        }
    }

    /// The next report of a channel.
    pub(crate) async fn by(&mut self, channel: Channel) -> Delivery {
        let next = async {
            loop {
                match self.reports.recv().await {
                    Some(Report { delivery, .. }) if delivery.channel == channel => {
                        return delivery;
                    }
                    Some(_) => {}
                    None => panic!("the notifier has ended"),
                }
            }
        };
        timeout(PATIENCE, next).await.expect("a report")
    }

    /// What the terminal got since this was asked last.
    pub(crate) fn terminal(&self) -> String {
        let bytes = std::mem::take(&mut *self.written.0.lock().unwrap());
        String::from_utf8(bytes).unwrap()
    }
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether this process was started by [`run_alone`].
pub(crate) fn is_alone() -> bool {
    env::var_os(CHILD).is_some()
}

/// What makes a process such a one, as `NAME=VALUE`.
pub(crate) fn variable_of_alone() -> String {
    format!("{CHILD}=1")
}

/// Runs one test again in a process of its own, with these variables, behind `launcher`.
pub(crate) fn run_alone(test: &str, launcher: &[&str], variables: &[(&str, &str)]) {
    let this = env::current_exe().unwrap().display().to_string();
    let arguments = [&this, "--exact", test, "--include-ignored", "--nocapture"];
    let line: Vec<&str> = launcher.iter().copied().chain(arguments).collect();
    let output = Command::new(line[0])
        .args(&line[1..])
        .env(CHILD, "1")
        .envs(variables.iter().copied())
        .output()
        .expect("the process starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains("1 passed"), "it ran: {said}");
}
