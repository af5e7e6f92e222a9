//! The gate, driven by the command line: what is not given there is asked for on a terminal,
//! and without a terminal it is refused.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result};
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};

use super::{Args, COULD_NOT_LOOK, FAILED, UNKNOWN, open::Opened, show, tell::Telling};
use crate::{
    action::{
        Action, End, Facts, Gate, GateCommand, Judgement, Orders, Outcome, Progress, Proof, Stage,
        Writes, facts::STOPPED_MS, judge, run::Halt,
    },
    detached::shown,
    keymap::Key,
    model::clock::Now,
    signals::Signals,
};

/// Between two polls of an ensemble in which no write is acknowledged.
const WATCH_EVERY: Duration = Duration::from_secs(1);
const QUEUE: usize = 64;

/// Drives an action through its gate.
pub(super) async fn drive(
    args: &Args,
    action: Action,
    mut opened: Opened,
    telling: &mut Telling,
) -> Result<ExitCode> {
    let (mut gate, command) = Gate::open(action, None);
    let Some(mut command) = poll(args, &mut gate, command, &mut opened).await? else {
        return finish(args, &gate, &opened, telling);
    };
    // Shown, and nothing is missing: the command is the second poll.
    loop {
        match command {
            GateCommand::Poll(_) => match poll_again(&mut gate, &opened).await {
                Some(next) => command = next,
                None => return finish(args, &gate, &opened, telling),
            },
            GateCommand::Run(orders) if is_another(args, &orders) => {
                let changed = "the plan is not the one that was shown".to_owned();
                gate.stage = Stage::Ended(End::Aborted { changed });
                if let Stage::Ended(end) = &gate.stage {
                    record(&opened, &orders, end);
                }
                return finish(args, &gate, &opened, telling);
            }
            GateCommand::Run(orders) => {
                telling.begun(&orders, &opened)?;
                let outcome = run(&opened, &orders, &mut gate, telling).await?;
                telling.leave().await;
                gate.progressed(Progress::Ended(outcome));
                return finish(args, &gate, &opened, telling);
            }
            GateCommand::Record(orders, end) => {
                record(&opened, &orders, &end);
                return finish(args, &gate, &opened, telling);
            }
            GateCommand::Stop | GateCommand::Leave | GateCommand::Close => {
                return finish(args, &gate, &opened, telling);
            }
        }
    }
}

/// The first poll, what it shows, and the operator's answers. `None` where it goes no further.
async fn poll(
    args: &Args,
    gate: &mut Gate,
    command: GateCommand,
    opened: &mut Opened,
) -> Result<Option<GateCommand>> {
    let GateCommand::Poll(action) = command else {
        return Ok(None);
    };
    let facts = look(args, &action, opened).await;
    // Judged as a console would that may change things: a dry run shows all of it.
    let refused = gate.polled(facts, &opened.means);
    if !args.json {
        show::print(gate, opened)?;
    }
    if let Some(command) = refused {
        return Ok(Some(command));
    }
    if gate.stage != Stage::Shown {
        return Ok(None);
    }
    given(args, gate);
    if args.dry_run {
        return Ok(None);
    }
    answer(args, gate)?;
    match gate.confirm(opened.clock.now()) {
        Some(command) => Ok(Some(command)),
        None => hold(args, gate, opened).await,
    }
}

/// The delay that some actions have between their confirmation and their first step; a signal
/// takes the confirmation back.
async fn hold(args: &Args, gate: &mut Gate, opened: &Opened) -> Result<Option<GateCommand>> {
    let Stage::Holding { until_mono_ms } = gate.stage else {
        return Ok(None);
    };
    let mut signals = Signals::install().context("cannot install signal handlers")?;
    let left_ms = match args.shown {
        // The console that has shown it has held it back for as long.
        Some(_) => 0,
        None => until_mono_ms.saturating_sub(opened.clock.now().mono_ms),
    };
    if !args.json {
        let seconds = left_ms.div_ceil(1000);
        eprintln!("confirmed: it begins in {seconds} s; Ctrl-C takes it back");
    }
    tokio::select! {
        () = sleep(Duration::from_millis(left_ms)) => {
            let now = opened.clock.now();
            let over = Now { mono_ms: now.mono_ms.max(until_mono_ms), ..now };
            Ok(gate.tick(over))
        }
        () = signals.any() => {
            gate.key(opened.clock.now(), Key::Esc);
            Ok(None)
        }
    }
}

async fn poll_again(gate: &mut Gate, opened: &Opened) -> Option<GateCommand> {
    let facts = opened.runner.poll(&opened.before, &gate.action).await;
    gate.polled(facts, &opened.means)
}

/// Polls; where no write is acknowledged, for as long as it takes until quorum checks may
/// yield.
async fn look(args: &Args, action: &Action, opened: &mut Opened) -> Result<Facts, String> {
    let mut is_told = false;
    loop {
        let mut facts = opened.runner.poll(&opened.before, action).await?;
        prove_writes(&mut facts, opened).await;
        let Writes::Stopped { for_ms } = facts.writes else {
            return Ok(facts);
        };
        opened.before.writes = facts.writes;
        opened.before.at = facts.at;
        if for_ms >= STOPPED_MS {
            return Ok(facts);
        }
        let judgement = judge(action, &facts, &opened.means);
        let could_yield = judgement
            .refusal()
            .is_some_and(|check| check.counts_quorum());
        if !could_yield || nobody_answers(&facts) {
            return Ok(facts);
        }
        if !is_told && !args.json {
            let seconds = STOPPED_MS / 1000;
            eprintln!("no write is acknowledged: watching it for {seconds} s");
            is_told = true;
        }
        sleep(WATCH_EVERY).await;
    }
}

/// That somebody leads proves no write: one is sent, and what it shows goes into the facts.
async fn prove_writes(facts: &mut Facts, opened: &mut Opened) {
    let Some(leader) = facts.leader().map(|leader| leader.zxid) else {
        return;
    };
    let proof = opened.runner.prove_writes(facts).await;
    match &proof {
        Proof::Acknowledged { .. } => {
            opened.before.stuck_at = None;
            facts.writes = Writes::Succeed;
        }
        Proof::NotInTime(_) => {
            opened.before.stuck_at = leader;
            if facts.writes == Writes::Succeed {
                facts.writes = Writes::Stopped { for_ms: 0 };
            }
        }
        Proof::NotTried(_) => {}
    }
    opened.proof = Some(proof);
}

/// Whoever answers nothing to nobody may be cut off from here alone.
fn nobody_answers(facts: &Facts) -> bool {
    facts.members.iter().all(|member| !member.is_alive())
}

/// Types what the command line has given.
fn given(args: &Args, gate: &mut Gate) {
    let confirm = gate.judgement.as_ref().map(|judged| &judged.confirm.text);
    let yes = confirm.filter(|text| args.yes && *text == "y").cloned();
    gate.typed.confirm = args.confirm.clone().or(yes).unwrap_or_default();
    gate.typed.ticket = args.ticket.clone().unwrap_or_default();
    gate.typed.reason = args.reason.clone().unwrap_or_default();
    gate.typed.powered_off = args.powered_off.clone().unwrap_or_default();
}

/// Fills the gate's fields.
fn answer(args: &Args, gate: &mut Gate) -> Result<()> {
    let Some(judgement) = gate.judgement.clone() else {
        return Ok(());
    };
    let may_ask = io::stdin().is_terminal() && !args.json;
    if gate.typed.reason.is_empty() && judgement.open_soft().next().is_some() && may_ask {
        gate.typed.reason = ask("reason")?;
    }
    if let Some(powered_off) = &judgement.powered_off
        && args.powered_off.is_none()
        && may_ask
    {
        gate.typed.powered_off = ask(&powered_off.ask)?;
    }
    if args.confirm.is_none() && gate.typed.confirm.is_empty() && may_ask {
        gate.typed.confirm = ask(&judgement.confirm.ask)?;
    }
    Ok(())
}

fn ask(what: &str) -> Result<String> {
    let mut out = io::stderr().lock();
    write!(out, "{what}: ")?;
    out.flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Runs the plan and tells how it goes; a signal stops it before its next step.
async fn run(
    opened: &Opened,
    orders: &Orders,
    gate: &mut Gate,
    telling: &mut Telling,
) -> Result<Outcome> {
    let mut signals = Signals::install().context("cannot install signal handlers")?;
    let (progress, mut told) = mpsc::channel(QUEUE);
    let (stop, stopped) = watch::channel(Halt::No);
    let running = opened.runner.run(orders, &opened.before, progress, stopped);
    let mut running = std::pin::pin!(running);
    loop {
        tokio::select! {
            outcome = &mut running => {
                while let Ok(news) = told.try_recv() {
                    telling.progress(&orders.judgement, &news);
                    gate.progressed(news);
                }
                return Ok(outcome);
            }
            Some(news) = told.recv() => {
                telling.progress(&orders.judgement, &news);
                gate.progressed(news);
            }
            () = signals.any() => {
                eprintln!("stopping before the next step");
                stop.send_replace(Halt::BeforeTheNext);
            }
        }
    }
}

/// Whether a console has shown another plan than the one that would run now.
fn is_another(args: &Args, orders: &Orders) -> bool {
    let now = || shown(&orders.judgement, &orders.facts);
    args.shown.as_ref().is_some_and(|shown| *shown != now())
}

fn record(opened: &Opened, orders: &Orders, end: &End) {
    if let Err(why) = opened.runner.refuse(orders, end) {
        eprintln!("act: this refusal cannot be written down: {why}");
    }
}

/// Says how it ended.
fn finish(args: &Args, gate: &Gate, opened: &Opened, telling: &mut Telling) -> Result<ExitCode> {
    telling.ended(gate);
    if args.json {
        show::json(gate, opened)?;
    } else {
        show::end(gate)?;
    }
    Ok(ExitCode::from(code(args, gate)))
}

fn code(args: &Args, gate: &Gate) -> u8 {
    match &gate.stage {
        Stage::Ended(End::CouldNotLook { .. }) => COULD_NOT_LOOK,
        // Stopped members go on by their files: that nobody answered before is no fault then.
        Stage::Ended(End::Ran(Outcome::Done { .. })) => 0,
        Stage::Ended(_) if gate.facts.as_ref().is_some_and(nobody_answers) => COULD_NOT_LOOK,
        Stage::Ended(End::Ran(Outcome::Unknown { .. })) => UNKNOWN,
        Stage::Shown if args.dry_run => {
            let mut open = gate.judgement.iter().flat_map(Judgement::open_soft);
            let wants_reason = open.next().is_some() && args.reason.is_none();
            if wants_reason { UNKNOWN } else { 0 }
        }
        // Refused, failed, aborted, or not confirmed.
        _ => FAILED,
    }
}
