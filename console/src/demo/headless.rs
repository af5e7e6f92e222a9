//! The demo without a screen: the console's own sources and model, and their news as lines.

use std::{
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, interval_at},
};
use zoowarden_server::supervise::Phase;

use super::{Demo, DemoOptions, Supervised};
use crate::{
    event::{Command, Event},
    model::{
        Model,
        clock::{Now, time_of_day},
        crowd::Cost,
        happening::{Happening, What, seconds},
    },
    reach::Reach,
    signals::Signals,
    source::{AdminPorts, Clock, Sources},
    text::{clean, count},
    update::update,
};

/// How often the clients' counts are printed.
const COUNTS_EVERY: Duration = Duration::from_secs(10);
/// Ages are looked at anew.
const TICK: Duration = Duration::from_millis(500);
const QUEUE: usize = 1024;
/// A new leader's epoch may be told so much later than that it leads.
const SETTLES_MS: u64 = 1500;

/// Runs a demo until a signal ends it.
///
/// # Errors
/// When it cannot be started, all of its members have ended, or nobody reads what is printed.
pub async fn run(options: DemoOptions) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::install().context("cannot install signal handlers")?;
    let demo = tokio::select! {
        demo = Demo::start(options) => demo?,
        () = signals.any() => return Ok(ExitCode::SUCCESS),
    };
    let outcome = watch(&demo, &mut signals).await;
    demo.stop().await;
    outcome
}

async fn watch(demo: &Demo, signals: &mut Signals) -> anyhow::Result<ExitCode> {
    introduce(demo)?;
    let clock = Clock::start();
    let (sender, mut events) = mpsc::channel(QUEUE);
    let telling = tokio::spawn(demo.witness().tell(sender.clone()));
    let admin = AdminPorts::each(demo.admin_ports());
    let mut sources = Sources::start(sender, clock, admin, Reach::default(), None);
    let mut model = demo.model(clock.now(), "demo".to_owned());
    let (addresses, hosts) = model.to_watch();
    model.watching.clone_from(&addresses);
    sources.perform(Command::Watch { addresses, hosts });
    let mut printed = Printed::default();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut counts = interval_at(Instant::now() + COUNTS_EVERY, COUNTS_EVERY);
    counts.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let outcome = loop {
        let event = tokio::select! {
            () = signals.any() => break Ok(ExitCode::SUCCESS),
            Some(event) = events.recv() => event,
            _ = tick.tick() => Event::Tick,
            _ = counts.tick() => {
                if let Err(fault) = print_counts(&model) {
                    break Err(fault.into());
                }
                continue;
            }
        };
        for command in update(&mut model, clock.now(), event) {
            sources.perform(command);
        }
        if let Err(fault) = printed.news(&model) {
            break Err(fault.into());
        }
        let is_over =
            |told: &&Supervised| !matches!(told.phase, Phase::Running | Phase::BackingOff);
        if model.supervised.values().filter(is_over).count() == demo.members().count() {
            break Err(anyhow::anyhow!(
                "all members have ended, and none is started again"
            ));
        }
    };
    telling.abort();
    sources.leave().await;
    model.crowd = Some(demo.witness().counts.cost());
    if outcome.is_ok() {
        print_counts(&model)?;
    }
    outcome
}

fn introduce(demo: &Demo) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "connect {}", demo.connect().join(","))?;
    for member in demo.members() {
        let place = &member.place;
        let ports = place.ports;
        writeln!(
            out,
            "member {} pid={} client={} quorum={} election={} admin={} data={} config={}",
            place.id,
            member.pid,
            ports.client,
            ports.quorum,
            ports.election,
            ports.admin,
            place.data_dir.display(),
            place.config.display()
        )?;
    }
    out.flush()
}

fn print_counts(model: &Model) -> io::Result<()> {
    match &model.crowd {
        Some(cost) => line(model.now, "counts", &counted(cost)),
        None => Ok(()),
    }
}

fn counted(cost: &Cost) -> String {
    format!(
        "{} writes acknowledged, {} lost, {} refused, {} unanswered; {} sessions lost; longest gap {}; \
         {} of {} clients connected",
        count(cost.acknowledged),
        count(cost.lost),
        count(cost.refused),
        count(cost.unknown),
        count(cost.sessions_lost),
        seconds(cost.longest_gap_us),
        cost.connected,
        cost.clients
    )
}

fn line(at: Now, kind: &str, text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}  {kind:<8}  {text}", time_of_day(at.wall_ms))?;
    out.flush()
}

/// What has been printed of the history.
#[derive(Debug, Default)]
struct Printed {
    /// So many entries.
    entries: usize,
    /// The fault whose cost was printed last.
    last_fault: u64,
}

impl Printed {
    /// Prints what is new: changes at once, what a fault has cost when it is over.
    fn news(&mut self, model: &Model) -> io::Result<()> {
        for Happening { at, what } in model.history.since(self.entries) {
            // Its epoch is told a moment later.
            let is_young = model.now.mono_ms < at.mono_ms + SETTLES_MS;
            if is_young && matches!(what, What::Leads { epoch: None, .. }) {
                break;
            }
            self.entries += 1;
            if matches!(what, What::Cost(_)) {
                continue;
            }
            line(*at, what.kind(), &clean(&what.sentence()))?;
            if let What::Ended { last_words, .. } = what {
                for words in last_words {
                    line(*at, "", &clean(words))?;
                }
            }
        }
        let fault = model.crowd.and_then(|cost| cost.last_fault);
        if let Some(fault) = fault.filter(|fault| fault.is_over && fault.number > self.last_fault) {
            self.last_fault = fault.number;
            let what = What::Cost(fault);
            line(model.now, what.kind(), &what.sentence())?;
        }
        Ok(())
    }
}
