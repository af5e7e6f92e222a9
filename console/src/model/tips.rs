//! What to try in a demo, one tip at a time: each follows from what was done before and from how
//! the ensemble is now.

use zoowarden_shared::admin::verdict::Verdict;

use super::Model;

/// The first tip is shown for so long, ms.
const FIRST_MS: u64 = 60_000;
/// After so many breaks nobody needs them.
const LEARNED: usize = 5;

/// The tip for now; the longer ones first, of which the view takes what fits.
#[must_use]
pub fn tips(model: &Model) -> Option<Vec<String>> {
    if !model.cluster.demo || model.drill.is_some() {
        return None;
    }
    let is_possible = model.breaks.is_possible && !model.read_only;
    let done = model.breaks.done;
    if done == 0 || !is_possible {
        return (model.now.mono_ms < FIRST_MS).then(|| first(model, is_possible));
    }
    if done >= LEARNED {
        return None;
    }
    let tip = match (model.verdict.verdict, model.verdict.survives) {
        (Verdict::Degraded, Some(0)) => {
            "try something foolish: 0, restart one that serves: refused, with the arithmetic. \
             Start is safe"
        }
        (Verdict::NoQuorum, _) => "0 says what brings the quorum back, and what must not be done",
        (Verdict::Healthy, _) if !model.breaks.has_struck_leader => {
            "B again, and kill the leader: the election is drawn, and the clients count what it \
             costs"
        }
        (Verdict::Healthy, _) => {
            "4 tells why it elected, :autopilot what recovered by itself, :drill what else there \
             is to find"
        }
        _ => return None,
    };
    Some(vec![tip.to_owned()])
}

fn first(model: &Model, is_possible: bool) -> Vec<String> {
    let connect = model.known.seeds.join(",");
    let real = format!("real members; clients may connect to {connect}");
    let yours = "yours: zoowarden --connect HOST:2181";
    if is_possible {
        vec![
            format!("{real}   B breaks something   {yours}"),
            format!("{real}   B breaks something"),
            real,
        ]
    } else {
        vec![format!("{real}   {yours}"), real]
    }
}
