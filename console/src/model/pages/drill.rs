//! The page of a drill: its rules, what the last fault was and taught, and the table.

use super::Sheet;
use crate::{
    model::{
        Model,
        drill::{Drill, Round, SCENARIOS, Score, Stage, word},
    },
    text::{Align, fit},
};

/// Columns of the table, the first for the name: whole in 80.
const NAME: usize = 18;
const TIME: usize = 9;
const COUNT: usize = 7;

/// What a round takes for it.
pub const LOCATED: &str = "Located: what was struck is open (Enter or d on it, its log, w on its \
                           session), or chosen is its alarm on 9 or its cut link on 3, or the \
                           right gate is open, or the right people were called.";

/// The page.
pub(super) fn sheet(model: &Model) -> Sheet {
    let Some(drill) = &model.drill else {
        return elsewhere();
    };
    let mut sheet = Sheet::new(match drill.stage {
        Stage::Over => "the drill is over",
        _ => "the drill",
    });
    if let Some(round) = drill.round() {
        under_way(drill, round, &mut sheet);
    } else if drill.scores.is_empty() {
        briefing(drill, &mut sheet);
    } else if let Some((scenario, score)) = drill.last().zip(drill.scores.last()) {
        sheet.strong(format!(
            "Drill {} of {}: {}.",
            drill.scores.len(),
            drill.rounds(),
            scenario.title
        ));
        sheet.plain(match score.repaired_ms {
            Some(ms) => format!(
                "Repaired in {}: {} points, {}.",
                seconds(Some(ms)).trim(),
                score.points,
                word(score)
            ),
            None => "Given up: it was repaired for you.".to_owned(),
        });
        sheet.plain(scenario.lesson);
        sheet.plain("");
        sheet.strong(match drill.stage {
            Stage::Between => "Space: the next one.   Esc: look around first.",
            Stage::Over => "q leaves; the table is printed then.   Esc: look around first.",
            _ => "The next one comes as soon as all is well.   Esc: back to the screen.",
        });
    }
    if !drill.scores.is_empty() {
        sheet.plain("");
        for (number, line) in table(&drill.scores).into_iter().enumerate() {
            match number {
                0 => sheet.quiet(line),
                _ => sheet.plain(line),
            }
        }
        let most = drill.rounds() * 100;
        sheet.strong(format!("{} of {most} points", drill.points()));
        sheet.quiet(LOCATED);
    }
    sheet
}

/// Where none is on: how one is begun. Never here, on an ensemble that somebody may need.
fn elsewhere() -> Sheet {
    let mut sheet = Sheet::new("no drill is on");
    sheet.strong("A drill puts faults into an ensemble of its own, on this machine. In a shell:");
    sheet.plain("");
    sheet.plain("  zoowarden drill               all of these, the gentlest first");
    sheet.plain("  zoowarden drill --only NAME   one of them");
    sheet.plain("");
    for scenario in SCENARIOS {
        sheet.plain(format!("  {:<NAME$}  {}", scenario.name, scenario.title));
    }
    sheet
}

/// The fault that is there, with the hints that were had.
fn under_way(drill: &Drill, round: &Round, sheet: &mut Sheet) {
    let (number, of) = (drill.number(), drill.rounds());
    sheet.strong(format!(
        "Drill {number} of {of}: {}.",
        round.scenario.symptom
    ));
    for hint in &round.scenario.hints[..round.hints.min(round.scenario.hints.len())] {
        sheet.plain(format!("  hint: {hint}"));
    }
    sheet.plain("");
    sheet.strong("Esc: back to the fault.   i: a hint.   B: calls.   s: gives up.");
}

fn briefing(drill: &Drill, sheet: &mut Sheet) {
    sheet.strong(format!(
        "Faults in three real members on this machine, one after the other: {}.",
        drill.rounds()
    ));
    sheet.plain("Find each and repair it by the console's own keys. Nothing else is at stake.");
    sheet.plain("");
    sheet.plain(
        "Shown, from the fault on: until the console's alarm, until you have located it, until \
         your last deed, until all is whole and no alarm is up.",
    );
    sheet.plain(LOCATED);
    sheet.plain(
        "Scored is your own time, from the alarm to your last deed: 100 points within par, which \
         is 15 s to look (30 where no alarm can tell it) and 15 s for each deed. A second more \
         costs one, a hint 15, a call for nothing 15.",
    );
    sheet.plain(
        "What no key mends, a network or a disk, has owners: B calls them, and they mend it.",
    );
    sheet.plain("");
    sheet.plain("  Space  begins, and goes on     i  a hint     s  gives up     ?  all keys");
    sheet.plain("");
    sheet.strong(match drill.stage {
        Stage::Briefing => "Space: the first one begins a moment later.",
        _ => "Esc: back to the screen.",
    });
}

/// The scores in columns, with a line of headings.
#[must_use]
pub fn table(scores: &[Score]) -> Vec<String> {
    let line = |name: &str, times: [&str; 4], counts: [&str; 3]| {
        let mut line = fit(name, NAME, Align::Left);
        let times = times.map(|time| fit(time, TIME, Align::Right));
        let counts = counts.map(|count| fit(count, COUNT, Align::Right));
        line.extend(times.into_iter().chain(counts));
        line
    };
    let mut lines = vec![line(
        "drill",
        ["alarm", "located", "acted", "whole"],
        ["hints", "wrong", "points"],
    )];
    lines.extend(scores.iter().map(|score| {
        let times = [
            score.alarmed_ms,
            score.located_ms,
            score.acted_ms,
            score.repaired_ms,
        ]
        .map(seconds);
        let counts = [score.hints, score.wrong_calls].map(|count| count.to_string());
        line(
            score.name,
            times.each_ref().map(String::as_str),
            [&counts[0], &counts[1], &score.points.to_string()],
        )
    }));
    lines
}

/// `12.3 s`; a dash where there was none.
fn seconds(ms: Option<u64>) -> String {
    ms.map_or_else(
        || "-".to_owned(),
        |ms| format!("{}.{} s", ms / 1000, ms % 1000 / 100),
    )
}
