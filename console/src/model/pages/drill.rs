//! The page of a drill: its rules, what the last fault was and taught, and the table.

use super::Sheet;
use crate::{
    model::{
        Model,
        drill::{Drill, Round, Score, Stage, word},
    },
    text::{Align, fit},
};

/// Columns of the table, the first for the name: whole in 80.
const NAME: usize = 18;
const FIGURE: usize = 10;

/// The page.
pub(super) fn sheet(model: &Model) -> Sheet {
    let Some(drill) = &model.drill else {
        return Sheet::new("no drill is on: zoowarden drill begins one");
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
    sheet.strong("Esc: back to the fault.   i: a hint.   s: gives up.");
}

fn briefing(drill: &Drill, sheet: &mut Sheet) {
    sheet.strong(format!(
        "Faults in three real members on this machine, one after the other: {}.",
        drill.rounds()
    ));
    sheet.plain("Find each and repair it by the console's own keys. Nothing else is at stake.");
    sheet.plain("");
    sheet.plain(
        "Counted from the fault on: until the console's alarm, until you look at the right place \
         or open the right gate, until all is whole and no alarm is up.",
    );
    sheet.plain("Within par a repair is worth 100 points; each second more costs one, a hint 15.");
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
    let line = |name: &str, figures: [&str; 5]| {
        let mut line = fit(name, NAME, Align::Left);
        for figure in figures {
            line.push_str(&fit(figure, FIGURE, Align::Right));
        }
        line
    };
    let mut lines = vec![line(
        "drill",
        ["alarm", "located", "repaired", "hints", "points"],
    )];
    lines.extend(scores.iter().map(|score| {
        line(
            score.name,
            [
                &seconds(score.alarmed_ms),
                &seconds(score.located_ms),
                &seconds(score.repaired_ms),
                &score.hints.to_string(),
                &score.points.to_string(),
            ],
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
