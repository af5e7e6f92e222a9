//! The table of a drill, as text and as JSON, and what went wrong in one that ran by itself.

use std::io::{self, Write as _};

use serde_json::json;

use crate::model::{
    drill::{Drill, Scenario, Score, named},
    pages::drill::{LOCATED, table},
};

/// Prints the scenarios' names, and what each is about.
pub(super) fn list(scenarios: &[Scenario]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for scenario in scenarios {
        writeln!(out, "{:<16}  {}", scenario.name, scenario.title)?;
    }
    Ok(())
}

/// Prints what the drill has brought.
pub(super) fn print(drill: &Drill, seed: u64, is_json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let most = drill.rounds() * 100;
    let missed = missed(drill);
    if is_json {
        let object = json!({
            "seed": seed,
            "rounds": drill.rounds(),
            "scores": drill.scores,
            "points": drill.points(),
            "of": most,
            "missed": missed,
        });
        return writeln!(out, "{object:#}");
    }
    for line in table(&drill.scores) {
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "{} of {most} points; --seed {seed}", drill.points())?;
    writeln!(out, "{LOCATED}")?;
    for what in missed {
        writeln!(out, "missed: {what}")?;
    }
    Ok(())
}

/// What was not detected, located or repaired, or never came.
pub(super) fn missed(drill: &Drill) -> Vec<String> {
    let mut missed: Vec<String> = drill.scores.iter().flat_map(missed_in).collect();
    if drill.scores.len() < drill.rounds() {
        let (done, all) = (drill.scores.len(), drill.rounds());
        missed.push(format!("{done} of {all} drills were done"));
    }
    missed
}

fn missed_in(score: &Score) -> Vec<String> {
    let needs_alarm = named(score.name).is_some_and(|scenario| !scenario.alarms.is_empty());
    [
        (
            needs_alarm && score.alarmed_ms.is_none(),
            "no alarm told it",
        ),
        (score.located_ms.is_none(), "it was not located"),
        (score.repaired_ms.is_none(), "it was not repaired"),
    ]
    .into_iter()
    .filter(|(is_so, _)| *is_so)
    .map(|(_, what)| format!("{}: {what}", score.name))
    .collect()
}
