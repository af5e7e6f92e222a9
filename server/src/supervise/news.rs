//! What is told of a child, in sentences for operators: the report, and who watches it.

use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::sync::watch;

use super::{
    keeper::Settings,
    policy::Down,
    report::{EndRecord, Phase, Report},
};

/// The state of things, told at each change.
pub(super) struct News {
    report: Report,
    tell: watch::Sender<Report>,
}

impl News {
    /// Nothing yet but what the supervisor before this one left.
    pub(super) fn new(before: Option<Report>, tell: watch::Sender<Report>) -> Self {
        let report = Report {
            supervisor_pid: std::process::id(),
            ends: before.map(|before| before.ends).unwrap_or_default(),
            ..Report::default()
        };
        Self { report, tell }
    }

    /// How things are, in words.
    pub(super) fn sentence(&self) -> String {
        self.report.sentence.clone()
    }

    /// The child's process; 0 where there has been none.
    pub(super) fn pid(&self) -> u32 {
        self.report.pid.unwrap_or_default()
    }

    /// The child was started as this process.
    pub(super) fn runs(&mut self, pid: Option<u32>) {
        self.report.pid = pid;
        self.report.starts += 1;
        self.phase(Phase::Running, format!("it runs as process {}", self.pid()));
    }

    /// The supervisor alone starts it again.
    pub(super) fn restarts(&mut self) {
        self.report.restarts += 1;
    }

    /// It could not be started, which counts as an end.
    pub(super) fn cannot_start(&mut self, fault: &io::Error) {
        self.ended(EndRecord {
            pid: 0,
            at_ms: unix_ms(),
            ran_ms: 0,
            how: format!("it cannot be started: {fault}"),
            ordered: false,
            last_words: Vec::new(),
        });
    }

    /// It was told to end.
    pub(super) fn is_to_end(&mut self) {
        self.report.sentence = "it was told to end".to_owned();
        self.publish();
    }

    /// It ended; told with what comes of it.
    pub(super) fn ended(&mut self, end: EndRecord) {
        self.report.add_end(end);
    }

    /// It is started again after so many milliseconds.
    pub(super) fn waits(&mut self, wait_ms: u64) {
        self.report.until_ms = Some(unix_ms() + wait_ms);
        let seconds = wait_ms.div_ceil(1000);
        self.phase(
            Phase::BackingOff,
            format!("it ended: restarts in {seconds} s"),
        );
    }

    /// It is down, and what an operator can do about it.
    pub(super) fn stays_down(&mut self, down: Down, settings: &Settings) {
        let order = |order| settings.how_to_order.replace("{}", order);
        let (phase, sentence) = match down {
            Down::Stopped => (
                Phase::Stopped,
                format!("it was stopped: {} starts it", order("start")),
            ),
            Down::Refused => (
                Phase::Refused,
                format!(
                    "it does not start before an operator has mended what its last words say; \
                     then: {}",
                    order("start")
                ),
            ),
            Down::Quarantined => (
                Phase::Quarantined,
                format!(
                    "quarantined: it ended {} times within {} min and stays down. See its last \
                     words; to lift it: {}",
                    settings.limits.max_ends,
                    settings.limits.window_ms / 60_000,
                    order("release")
                ),
            ),
        };
        self.phase(phase, sentence);
    }

    fn phase(&mut self, phase: Phase, sentence: String) {
        tracing::info!("{sentence}");
        if phase != Phase::BackingOff {
            self.report.until_ms = None;
        }
        self.report.phase = phase;
        self.report.since_ms = unix_ms();
        self.report.sentence = sentence;
        self.publish();
    }

    fn publish(&self) {
        self.tell.send_replace(self.report.clone());
    }
}

/// Milliseconds since 1970.
pub(super) fn unix_ms() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    time.unwrap_or_default().as_millis() as u64
}
