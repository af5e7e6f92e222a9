//! The loop.

use std::{
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, sleep},
};

use super::{
    Args,
    line::{Line, Severity},
    news::{News, told},
};
use crate::{
    cli::USAGE,
    event::{Command, Event},
    model::{Model, alarm::notice::Delivery},
    notify::{Limits, Notifier, REPORTS_QUEUE, surroundings::Surroundings},
    open::{self, Which},
    record::{Origin, Recorder, Ring, directory_of, settings::RecordSettings},
    settings,
    signals::Signals,
    source::{Clock, Sources},
    update::update,
};

/// Ages and silences are looked at anew.
const TICK: Duration = Duration::from_millis(500);
const QUEUE: usize = 1024;

/// Watches until a signal, the end of `--for`, or that nobody reads any more.
///
/// # Errors
/// When console.toml or a secret is not as it must be, or the lines cannot be printed.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::install().context("cannot install signal handlers")?;
    let settings = settings::load(args.config.clone())?;
    let which = Which {
        connect: args.connect.as_deref(),
        cluster: args.cluster.as_deref(),
        admin_port: &args.admin_port,
        config: args.config.as_deref(),
    };
    let opened = match open::named(which, settings.clusters.clone()) {
        Ok(opened) => opened,
        Err(wrong) => {
            eprintln!("watch: {wrong:#}");
            return Ok(ExitCode::from(USAGE));
        }
    };
    let clock = Clock::start();
    let memory = opened.memory();
    let admin = opened.admin.clone();
    let (mut model, reach, _hooks) = opened.model(clock).await?;
    model.read_only = true;
    let record = settings.record;
    let notify = open::Everywhere::of(settings).1.lay_into(&mut model);
    let printer = Printer { json: args.json };
    printer.print(&Line {
        wall_ms: clock.now().wall_ms,
        severity: Severity::Info,
        kind: "watching",
        sentence: format!(
            "{}, from {}",
            model.cluster.name,
            model.known.seeds.join(",")
        ),
        member: None,
    })?;

    let (sender, mut events) = mpsc::channel(QUEUE);
    let (told_by, mut reports) = mpsc::channel(REPORTS_QUEUE);
    // No terminal to write to: the desktop, the command and the webhook.
    let mut notifier = Notifier::start(
        notify,
        &Surroundings::of_process(),
        Limits::default(),
        None,
        told_by,
    );
    let mut recorder = match args.record.then(|| ring(&model, record)) {
        None => Recorder::default(),
        Some(Some(ring)) => {
            printer.print(&recording(
                clock,
                &format!("into {}", ring.directory.display()),
            ))?;
            Recorder::start(ring, Origin::of(&model), sender.clone())
        }
        Some(None) => {
            printer.print(&not_recording(
                clock,
                "not recording: there is no home directory",
            ))?;
            Recorder::default()
        }
    };
    let mut sources = Sources::start(sender, clock, admin, reach, memory);
    let (addresses, hosts) = model.to_watch();
    model.watching.clone_from(&addresses);
    sources.perform(Command::Watch { addresses, hosts });
    let mut news = News::default();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let over = sleep(args.lasts.unwrap_or(Duration::MAX));
    tokio::pin!(over);
    let outcome = loop {
        let event = tokio::select! {
            biased;
            () = signals.any() => break Ok(ExitCode::SUCCESS),
            () = &mut over, if args.lasts.is_some() => break Ok(ExitCode::SUCCESS),
            Some(event) = events.recv() => event,
            Some(report) = reports.recv() => Event::Told(report.delivery),
            _ = tick.tick() => Event::Tick,
        };
        let mut lines = Vec::new();
        if let Event::NotRecording(why) = &event {
            lines.push(not_recording(clock, why));
        }
        if let Event::Told(delivery) = &event {
            lines.extend(not_told(clock, delivery));
        }
        let now = clock.now();
        recorder.see(now, &event);
        let commands = update(&mut model, now, event);
        recorder.see_deeds(&model);
        for command in commands {
            match command {
                Command::Notify(notice) => {
                    notifier.tell(&notice);
                    lines.push(told(&model, &notice));
                }
                other => sources.perform(other),
            }
        }
        let mut all = news.of(&model);
        all.append(&mut lines);
        if let Err(error) = all.iter().try_for_each(|line| printer.print(line)) {
            break Err(error);
        }
    };
    sources.leave().await;
    recorder.finish();
    match outcome {
        // Whoever read has gone: nobody is left to be told of it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::FAILURE),
        Err(error) => Err(error).context("cannot print"),
        Ok(code) => Ok(code),
    }
}

/// Where the console records this ensemble too; one of the two does at a time.
fn ring(model: &Model, settings: RecordSettings) -> Option<Ring> {
    Some(Ring {
        directory: directory_of(&model.cluster.name)?,
        limit_bytes: settings.limit_bytes,
    })
}

fn recording(clock: Clock, sentence: &str) -> Line {
    Line {
        wall_ms: clock.now().wall_ms,
        severity: Severity::Info,
        kind: "record",
        sentence: sentence.to_owned(),
        member: None,
    }
}

fn not_recording(clock: Clock, why: &str) -> Line {
    Line {
        severity: Severity::Warning,
        ..recording(clock, why)
    }
}

/// A channel that told nobody: whoever reads this may be the only one who learns of it.
fn not_told(clock: Clock, delivery: &Delivery) -> Option<Line> {
    let why = delivery.result.as_ref().err()?;
    let channel = delivery.channel.name();
    Some(Line {
        wall_ms: clock.now().wall_ms,
        severity: Severity::Warning,
        kind: "notice",
        sentence: format!("not told by {channel}: {why}"),
        member: None,
    })
}

#[derive(Clone, Copy)]
struct Printer {
    json: bool,
}

impl Printer {
    /// Each line leaves at once: a pipe must not hold back an alarm.
    fn print(self, line: &Line) -> io::Result<()> {
        let text = if self.json { line.json() } else { line.text() };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}
