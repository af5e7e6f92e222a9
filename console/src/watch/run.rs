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
    notify::{Limits, Notifier, surroundings::Surroundings},
    open::{self, Which},
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
        admin_port: args.admin_port,
        config: args.config.as_deref(),
    };
    let opened = match open::named(which, settings.clusters.clone()) {
        Ok(Some(opened)) => opened,
        Ok(None) => {
            eprintln!("watch: no cluster is configured");
            return Ok(ExitCode::from(USAGE));
        }
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
    // No terminal to write to: the desktop, the command and the webhook.
    let mut notifier = Notifier::start(
        notify,
        &Surroundings::of_process(),
        Limits::default(),
        None,
        sender.clone(),
    );
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
            _ = tick.tick() => Event::Tick,
        };
        let mut lines = Vec::new();
        for command in update(&mut model, clock.now(), event) {
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
    match outcome {
        // Whoever read has gone: nobody is left to be told of it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::FAILURE),
        Err(error) => Err(error).context("cannot print"),
        Ok(code) => Ok(code),
    }
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
