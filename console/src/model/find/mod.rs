//! Finding znodes: by path, size, number of children and content.
//!
//! ```text
//!   query  what is looked for      walk  which question comes next, and what it found
//!   pace   how fast it may ask     here  what the screen knows of the find
//! ```
//!
//! A find reads the tree through our one session and keeps nothing but its hits: it never
//! becomes a mirror, and it ends where the ensemble can lose no further member.

pub mod pace;
pub mod query;
pub mod walk;

use zoowarden_shared::admin::verdict::Verdict;

use super::{Model, session::Link};
use walk::{Hit, Progress};

/// What a find tells while it goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum FindNews {
    Hit(Hit),
    Progress(Progress),
    /// It is over; why, unless all was looked at.
    Ended {
        fault: Option<String>,
    },
}

/// A find that was begun, and what it has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Find {
    /// Which find: what an older one still tells is not taken for this one's.
    pub number: u64,
    /// As it was typed.
    pub text: String,
    pub start: String,
    pub hits: Vec<Hit>,
    pub progress: Progress,
    pub is_running: bool,
    /// Why it ended before all was looked at.
    pub fault: Option<String>,
    /// The selected hit.
    pub at: usize,
}

impl Find {
    /// Takes in what the walk tells.
    pub fn told(&mut self, number: u64, news: FindNews) {
        if number != self.number || !self.is_running {
            return;
        }
        match news {
            FindNews::Hit(hit) => self.hits.push(hit),
            FindNews::Progress(progress) => self.progress = progress,
            FindNews::Ended { fault } => {
                self.is_running = false;
                self.fault = fault;
            }
        }
    }
}

/// Why no find may run now; `None` where it may.
#[must_use]
pub fn refusal(model: &Model) -> Option<String> {
    let read_only = match &model.session.link {
        Link::Connected { read_only, .. } => *read_only,
        Link::Connecting | Link::Lost { .. } => {
            return Some("no session to read with".to_owned());
        }
    };
    let verdict = &model.verdict;
    let why = match verdict.verdict {
        Verdict::NoQuorum => "no quorum",
        _ if read_only => "our member is cut from its quorum",
        // A lone member, or two, never survive a loss: that is no degradation.
        _ if verdict.survives == Some(0) && verdict.voters >= 3 => {
            "one more loss stops the ensemble"
        }
        Verdict::Unknown => "whether there is a quorum is not known",
        Verdict::Healthy | Verdict::Degraded => return None,
    };
    Some(format!(
        "{why}: a find would cost its members what they need themselves"
    ))
}
