//! The help: every key of the keymap's table, and what the marks mean.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{beats, page::scrolled, span, theme};
use crate::{
    model::{Model, ui::Screen},
    text::{Align, fit, wrap},
};

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let here = model.ui.screen;
    let mut body: Vec<Line<'static>> = Vec::new();
    for line in model.keys.on(here) {
        body.push(Line::from(vec![
            span(
                format!("  {} ", fit(&line.shown, 10, Align::Left)),
                theme::STRONG,
            ),
            Span::raw(line.binding.does),
        ]));
    }
    body.push(Line::default());
    let columns = usize::from(area.width).saturating_sub(4);
    for text in explained(here) {
        body.extend(
            wrap(text, columns)
                .into_iter()
                .map(|line| Line::from(format!("  {line}"))),
        );
    }
    let title = format!("help: {}", here.title());
    scrolled(model, [&title, "   ? or Esc goes back"], body, frame, area);
}

fn explained(screen: Screen) -> Vec<&'static str> {
    match screen {
        Screen::Members => vec![
            beats::LEGEND_OF_OURS,
            "beats: a member of ours tells ten a second by itself (▮); of Apache's there are our \
             polls, one a second (▪).",
            "zxid: epoch and transaction. lag: transactions behind the leader, counted within \
             an epoch; \"new epoch\": no write since the election.",
            "silent: since the last answer of any kind. A greyed row is the last picture.",
            "answers: our own round trip for one question, connecting included.",
            "what happened: an election's time without a leader is \"at most\" this: from the old \
             leader's last word to the new one's first.",
            "clients (in a demo): what its own clients count. unanswered: sent, and the connection \
             was lost. gap: between two acknowledged writes, of whichever clients. last fault: \
             its longest gap.",
            "~ before an address: its port is a guess. ? a fact that nobody tells: the lines \
             below the list say what opens it.",
        ],
        Screen::Sessions => vec![
            "Every member lists its own connections; the table joins them. A session without a \
             member is between connections, or its member does not tell.",
            "Asked only while this screen is open, at most every 10 s: cons and dump cost the \
             members.",
            "Watches are what a member of ours counts of a session; of Apache's what was listed on \
             screen 6, which has no watches of children.",
        ],
        Screen::Overview => vec![
            beats::LEGEND_OF_OURS,
            "wires: both directions of each link to the leader, the worse one drawn (━ fresh, ╌ \
             slow, ✕ cut, ? cannot see). acks: the leader has its acknowledgements; follows: its \
             role says so (Apache's leader does not name its followers).",
            "fsync: of members of ours the slowest told in the last 10 s; \"avg\" is Apache's mean \
             since its start. writes: the leader's zxid in its progress. A gap in a chart: nothing \
             was known then.",
            "clients +9: so many came in the last 15 s. The next step is advice: 0 does it.",
            "In a demo: lost are writes that were acknowledged and are gone. Each is held against \
             what later answers show: a version or number told twice, a znode that is missing or \
             is back (also by your own hand). Unanswered ones may have happened or not.",
        ],
        Screen::Links => vec![
            "━ fresh   ╌ slow   ✕ cut   ⇄ one way only   ? nobody who could tell does   · between \
             two that do not lead: not measured yet",
            "here: our own questions. leader to learner: what the leader of ours has of its \
             acknowledgements; of Apache's its counts, where they leave no doubt. learner to \
             leader: whom it says that it follows, or its role.",
            "A round trip that nobody measures is ?. Our members' quorum and election ports are \
             tried from here every 10 s while this screen is open; Apache's are not, since each \
             try would cost them a warning in their log.",
        ],
        Screen::Timeline => vec![
            "An election's cause is \"told\" where a member of ours or its process says it, and \
             \"inferred\" where it is concluded from what was seen here.",
            "no leader: from the old leader's last word to the new one's first, so at most this. \
             no writes and sessions: what a demo's clients count.",
        ],
        Screen::Alarms => vec![
            "What is wrong, by what it does to the ensemble: ✕ one more loss stops it or it \
             stands already, ▲ a fault that costs no client anything, ● to be known only.",
            "Each is told once when it begins and once when it ends, beside the screen too; what \
             begins together is told as one. An acknowledged alarm stays until it ends; a \
             snoozed one comes back.",
            "rules: what is looked at here, and which line of a configuration would let a rule \
             see that cannot.",
        ],
        Screen::Recover => vec![
            "Nothing here acts: Enter opens the gate of one step. It polls all members afresh, \
             shows what would change, and acts on nothing before what it asks for was typed; then \
             it polls again, and lets go if the leader, the epoch or the configuration changed.",
            "● SAFE   ▲ SOFT: a check yields to a reason that you type   ▲ TRIED: it failed within \
             10 minutes   · NO GAIN   ▲ BY HAND: the steps are printed, you do them   ✕ REFUSED: \
             nobody overrides it while writes succeed   ? UNAVAILABLE: d names the line that \
             opens it",
            "While a plan runs Esc lets its step end and begins no further one. Below: what \
             runs, or how the last one ended; all of it is in the timeline (4).",
        ],
        Screen::Watches => vec![
            "A watch is one session's on one path; it sends one event when the path changes. wchs \
             is cheap and asked every 10 s while this screen is open.",
            "The list (wchp) is not: Apache's members stand still for it, so r asks once, after \
             saying how many there are. Members of ours with at most 20,000 list them unasked.",
        ],
        Screen::Metrics => vec![
            "What only grows is drawn as a rate per second (/s). Each member is drawn by its id, \
             or a letter; + is several in one place. Samples come every 5 s, from the polls; 15 \
             minutes are kept of up to 600 metrics of 16 members (14 MB at most).",
            "spread: how far the members' newest values lie apart, widest first.",
        ],
        Screen::Znodes => vec![
            "Only what is on the screen is read and watched. \"changed\": a watch has fired in \
             the last 3 s. eph: ephemeral. Behind a name: bytes of data and number of children, \
             each with a bar that rises with the power of ten, yellow from 100 KiB and 1,000 on, \
             red from 512 KiB and 20,000 on.",
            "A change is shown before it is made, and made only if the znode is still as it was \
             read (compare-and-set); u takes it back under the same condition. What comes back \
             after a deletion begins anew: versions, times, zxids; ephemerals do not.",
            "A find asks 50 questions a second at most, fewer where answers slow down, and stops \
             where one more loss would stop the ensemble.",
        ],
    }
}
