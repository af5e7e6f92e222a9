//! `zoowarden plans`: what runs on this host without a screen, and what has run.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::{Plan, Shelf, shelf::State};
use crate::{action::Progress, cli::USAGE, model::clock::time_of_day, text::clean};

/// Plans that were begun on this host: rolling restarts, replacements, resyncs, restores, lost quorums
///
/// They go on when the console that began them is gone.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Have the plan of this name begin no further step
    #[arg(long, value_name = "ID")]
    pub stop: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Lists the plans, or stops one.
///
/// # Errors
/// When nothing can be printed.
pub fn run(args: &Args, out: &mut impl Write) -> io::Result<ExitCode> {
    let plans = Shelf::own().map(|shelf| shelf.plans()).unwrap_or_default();
    if let Some(id) = &args.stop {
        return Ok(match stop(&plans, id) {
            Ok(said) => {
                writeln!(out, "{said}")?;
                ExitCode::SUCCESS
            }
            Err(wrong) => {
                eprintln!("plans: {wrong}");
                ExitCode::from(USAGE)
            }
        });
    }
    for plan in &plans {
        if args.json {
            writeln!(out, "{}", object(plan))?;
        } else {
            writeln!(out, "{}  {}", clean(&plan.id), line(plan))?;
        }
    }
    if plans.is_empty() && !args.json {
        writeln!(out, "no plan was begun on this host")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn stop(plans: &[Plan], id: &str) -> Result<String, String> {
    let plan = plans.iter().find(|plan| plan.id == id);
    let plan = plan.ok_or_else(|| format!("there is no plan \"{id}\""))?;
    // Whoever holds the journal's lock has this id: it has not been given to another process.
    let pid = Pid::from_raw(plan.begun.pid.cast_signed()).filter(|_| plan.state == State::Runs);
    let pid = pid.ok_or_else(|| format!("{id} does not run"))?;
    kill_process(pid, Signal::TERM).map_err(|error| format!("{id}: {error}"))?;
    Ok(format!(
        "{}: it ends before its next step",
        plan.begun.says()
    ))
}

/// A plan in a line: what, where, whose, how far.
#[must_use]
pub fn line(plan: &Plan) -> String {
    let begun = &plan.begun;
    let ticket = match begun.ticket.as_str() {
        "" => String::new(),
        ticket => format!(" ({ticket})"),
    };
    let who = begun.principal.trim_start_matches("os:");
    let since = time_of_day(begun.unix_ms);
    let what = format!(
        "{} of {}{ticket}, {who} since {since}",
        begun.says(),
        begun.cluster
    );
    clean(&format!("{what}: {}", standing(plan)))
}

fn standing(plan: &Plan) -> String {
    match &plan.state {
        State::Runs => {
            let at = plan.step.unwrap_or_default();
            let does = plan.begun.steps.get(at).map_or("", String::as_str);
            let waiting = plan.waiting.as_deref();
            let waiting = waiting.map_or_else(String::new, |why| format!("; waits: {why}"));
            format!(
                "runs, step {} of {}: {does}{waiting}",
                at + 1,
                plan.begun.steps.len()
            )
        }
        State::Ended(entry) => match entry.clone().progress() {
            Some(Progress::Ended(outcome)) => outcome.sentence(),
            _ => "ended".to_owned(),
        },
        State::Lost => {
            let at = plan.step.map_or(1, |step| step + 1);
            format!("its process is gone, at step {at}: verify")
        }
    }
}

fn object(plan: &Plan) -> serde_json::Value {
    json!({
        "id": plan.id,
        "state": match plan.state {
            State::Runs => "runs",
            State::Ended(_) => "ended",
            State::Lost => "lost",
        },
        "begun": plan.begun,
        "step": plan.step,
        "waiting": plan.waiting,
        "ended": match &plan.state {
            State::Ended(entry) => Some(entry),
            State::Runs | State::Lost => None,
        },
    })
}
