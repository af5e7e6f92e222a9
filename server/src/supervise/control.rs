//! `--control DATADIR ORDER`: the door's other side, for operators and scripts.

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;
use clap::ValueEnum as _;

use super::{
    door::{self, Word},
    report::{EndRecord, Phase, Report},
};

/// Gives an order and prints what became of it; fails where it was not taken. `status` prints
/// the last supervisor's word where none answers.
///
/// # Errors
/// When the order is none, or nobody is there to obey.
pub(crate) fn control(data_dir: &Path, order: &str, is_json: bool) -> anyhow::Result<ExitCode> {
    let order = Word::from_str(order, true).map_err(|_| {
        anyhow::anyhow!("expected status, stop, start, restart or release, found {order:?}")
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = match runtime.block_on(door::ask(data_dir, order)) {
        Ok(answer) => answer,
        Err(fault) => return left_behind(data_dir, order, is_json).context(format!("{fault:#}")),
    };
    let mut out = io::stdout().lock();
    if is_json {
        writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
    } else {
        writeln!(out, "{}", answer.said)?;
        if let (Word::Status, Some(report)) = (order, &answer.report) {
            print_ends(&mut out, report)?;
        }
    }
    Ok(match answer.ok {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// What can be done without a supervisor: read what the last one said, and lift its quarantine.
fn left_behind(data_dir: &Path, order: Word, is_json: bool) -> anyhow::Result<ExitCode> {
    let report = Report::read(data_dir)?;
    let mut out = io::stdout().lock();
    let mut report = report.context("and none has left its word there")?;
    match order {
        Word::Status if is_json => {
            writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
        }
        Word::Status => {
            writeln!(
                out,
                "no supervisor runs; the last one said: {}",
                report.sentence
            )?;
            print_ends(&mut out, &report)?;
        }
        Word::Release if report.phase == Phase::Quarantined => {
            report.phase = Phase::Stopped;
            report.sentence = "its quarantine was lifted".to_owned();
            report.write(data_dir)?;
            writeln!(out, "lifted: the next supervisor starts it")?;
        }
        _ => anyhow::bail!("there is nobody to obey"),
    }
    Ok(ExitCode::SUCCESS)
}

fn print_ends(out: &mut impl Write, report: &Report) -> io::Result<()> {
    for EndRecord {
        pid,
        ran_ms,
        how,
        ordered,
        last_words,
        ..
    } in &report.ends
    {
        let ordered = if *ordered { ", as told" } else { "" };
        let seconds = ran_ms / 1000;
        writeln!(out, "process {pid} ended after {seconds} s{ordered}: {how}")?;
        for line in last_words {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}
