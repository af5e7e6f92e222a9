//! A drill without a screen and without a person: the console's own sources, model and action
//! engine, and a script that presses the keys.

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

use super::Saboteur;
use crate::{
    action::{
        audit_log::{AuditLog, demo_log},
        poll::Way,
    },
    demo::{Demo, DemoOptions},
    event::{Command, Event},
    keymap::Key,
    model::{
        Model,
        drill::{Drill, Stage, operator},
        pages::drill::table,
    },
    permit::Permit,
    reach::Reach,
    signals::Signals,
    source::{AdminPorts, Clock, Sources},
    update::update,
};

/// Ages and silences are looked at anew.
const TICK: Duration = Duration::from_millis(200);
/// Between two keys: far quicker than anybody types.
const KEY_EVERY: Duration = Duration::from_millis(20);
/// A fault that is not repaired by then is given up.
const GIVE_UP_MS: u64 = 90_000;
/// An ensemble that is not whole by then never will be.
const CALM_WITHIN_MS: u64 = 60_000;
const QUEUE: usize = 1024;
/// What the operator is taken to see.
const WINDOW: (u16, u16) = (120, 35);

/// Runs it to its end; tells each fault's end as it comes, unless only JSON is to be printed.
///
/// # Errors
/// When the demo does not start or does not become whole, or a signal ends it.
pub(super) async fn run(drill: Drill, is_quiet: bool) -> anyhow::Result<Drill> {
    let mut signals = Signals::install().context("cannot install signal handlers")?;
    let demo = tokio::select! {
        demo = Demo::start(DemoOptions::default()) => demo?,
        () = signals.any() => anyhow::bail!("interrupted"),
    };
    let drilled = tokio::select! {
        drilled = exercise(&demo, drill, is_quiet) => drilled,
        () = signals.any() => Err(anyhow::anyhow!("interrupted")),
    };
    demo.stop().await;
    drilled
}

async fn exercise(demo: &Demo, drill: Drill, is_quiet: bool) -> anyhow::Result<Drill> {
    let clock = Clock::start();
    let (sender, mut events) = mpsc::channel(QUEUE);
    let telling = tokio::spawn(demo.witness().tell(sender.clone()));
    let mut model = demo.model(clock.now(), "drill".to_owned());
    model.keys = std::mem::take(&mut model.keys).in_a_drill();
    model.drill = Some(Box::new(drill));
    let mut sources = sources(demo, &mut model, clock, sender);
    let (columns, rows) = WINDOW;
    let mut next = Some(Event::Resize(columns, rows));
    let (addresses, hosts) = model.to_watch();
    model.watching.clone_from(&addresses);
    sources.perform(Command::Watch { addresses, hosts });
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut keys = interval(KEY_EVERY);
    keys.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = 0;
    let mut since_mono_ms = 0;
    let outcome = loop {
        let event = match next.take() {
            Some(event) => event,
            None => tokio::select! {
                Some(event) = events.recv() => event,
                _ = keys.tick() => match key(&model, since_mono_ms) {
                    Some(key) => Event::Key(key),
                    None => continue,
                },
                _ = tick.tick() => Event::Tick,
            },
        };
        let before = stage(&model);
        for command in update(&mut model, clock.now(), event) {
            sources.perform(command);
        }
        if stage(&model) != before {
            since_mono_ms = model.now.mono_ms;
        }
        let Some(drill) = &model.drill else {
            break Err(anyhow::anyhow!("the drill is gone"));
        };
        if !is_quiet && drill.scores.len() > told {
            told = drill.scores.len();
            if let Some(line) = table(&drill.scores).last() {
                writeln!(io::stdout().lock(), "{}", line.trim_end())?;
            }
        }
        let waits_ms = model.now.mono_ms.saturating_sub(since_mono_ms);
        match drill.stage {
            Stage::Over => break Ok(drill.as_ref().clone()),
            Stage::Calming { .. } if waits_ms >= CALM_WITHIN_MS => {
                let alarms = model.alarms.active().map(|alarm| &alarm.finding.title);
                let alarms: Vec<&str> = alarms.map(String::as_str).collect();
                break Err(anyhow::anyhow!(
                    "the ensemble is not whole: {} {}",
                    model.verdict.sentence,
                    alarms.join("; ")
                ));
            }
            _ => {}
        }
    };
    telling.abort();
    sources.leave().await;
    outcome
}

/// All that tells and acts, as a console on this demo has it.
fn sources(demo: &Demo, model: &mut Model, clock: Clock, sender: mpsc::Sender<Event>) -> Sources {
    let admin = AdminPorts::each(demo.admin_ports());
    let reach = Reach::default();
    let way = Way {
        reach: reach.clone(),
        admin: admin.clone(),
        clock,
    };
    let mut sources = Sources::start(sender, clock, admin, reach, None);
    let hands = demo.hands();
    let audit = Arc::new(AuditLog::at(demo_log()));
    let (means, runner) = hands.open("demo", way, model.read_only, audit);
    model.recovery.means = means;
    sources.set_runner(runner, None);
    if let Some(permit) = Permit::unless(model.read_only) {
        sources.set_saboteur(permit, Saboteur::new(demo));
    }
    sources
}

/// The key that the script presses now.
fn key(model: &Model, since_mono_ms: u64) -> Option<Key> {
    let waits_ms = model.now.mono_ms.saturating_sub(since_mono_ms);
    let is_broken = model.drill.as_ref().is_some_and(|d| d.round().is_some());
    let is_hopeless = is_broken && waits_ms >= GIVE_UP_MS && model.recovery.shown().is_none();
    match is_hopeless && model.ui.overlay.is_none() {
        true => Some(Key::Char('s')),
        false => operator::next_key(model),
    }
}

fn stage(model: &Model) -> Option<std::mem::Discriminant<Stage>> {
    let drill = model.drill.as_ref()?;
    Some(std::mem::discriminant(&drill.stage))
}
