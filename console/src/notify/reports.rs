//! How telling went, on its way back into the model.
//!
//! How a channel that keeps failing in the same way failed is told once, until it works again or
//! the operator tries it: a desktop without D-Bus is explained once, not with each notice. That it
//! failed is told with each: who reads what a notice went by must not take it for told.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use tokio::sync::mpsc;
use tracing::{debug, warn};

use super::wording::Wording;
use crate::{
    model::alarm::notice::{Channel, Delivery, Notice, Occasion},
    text::{clean, cut},
};

/// Reports that may wait until a loop takes them.
pub const REPORTS_QUEUE: usize = 1024;
/// Why, where that was told last.
const AS_BEFORE: &str = "failed as before";
/// Columns of a failure's one line.
const REASON_COLUMNS: usize = 300;

/// One notice on its way through one channel.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) number: u64,
    /// [`Notice::cluster`].
    pub(super) cluster: String,
    pub(super) occasion: Occasion,
    pub(super) wording: Arc<Wording>,
    /// When it was asked for.
    pub(super) since: Instant,
}

impl Job {
    pub(super) fn of(notice: &Notice) -> Self {
        Self {
            number: notice.number,
            cluster: notice.cluster.clone(),
            occasion: notice.occasion,
            wording: Arc::new(Wording::of(notice)),
            since: Instant::now(),
        }
    }
}

/// How telling a notice went, and whose notice it was: several clusters share the channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// [`Notice::cluster`]; empty where it is about no notice (delivery number 0).
    pub cluster: String,
    pub delivery: Delivery,
    /// It failed as it was told before.
    pub is_known: bool,
}

/// Where channels report to; never waits.
#[derive(Clone, Debug)]
pub(super) struct Reports {
    told: mpsc::Sender<Report>,
    /// How each channel failed last.
    failing: Arc<Mutex<HashMap<Channel, String>>>,
}

impl Reports {
    /// To whoever takes them; more than `told` holds are lost.
    pub(super) fn to(told: mpsc::Sender<Report>) -> Self {
        Self {
            told,
            failing: Arc::default(),
        }
    }

    /// Tells how a notice went.
    pub(super) fn went(&self, channel: Channel, job: &Job, result: Result<(), String>) {
        let took_ms = job.since.elapsed().as_millis() as u64;
        debug!(notice = job.number, ?channel, took_ms, ?result, "notice");
        let tried = job.occasion == Occasion::Test;
        self.report(&job.cluster, channel, job.number, took_ms, tried, result);
    }

    /// Tells what is known to fail before any notice: delivery number 0.
    pub(super) fn will_fail(&self, channel: Channel, why: String) {
        self.report("", channel, 0, 0, false, Err(why));
    }

    fn report(
        &self,
        cluster: &str,
        channel: Channel,
        notice: u64,
        took_ms: u64,
        tried: bool,
        result: Result<(), String>,
    ) {
        let result = result.map_err(|why| cut(&clean(&why.replace('\n', " ")), REASON_COLUMNS));
        let is_known = self.is_known(channel, &result) && !tried;
        let result = match is_known {
            true => Err(AS_BEFORE.to_owned()),
            false => result,
        };
        let delivery = Delivery {
            notice,
            channel,
            took_ms,
            result,
        };
        let report = Report {
            cluster: cluster.to_owned(),
            delivery,
            is_known,
        };
        if self.told.try_send(report).is_err() {
            warn!(notice, ?channel, "a report is lost: too many wait");
        }
    }

    /// Whether it is the failure that was told last; remembers it.
    fn is_known(&self, channel: Channel, result: &Result<(), String>) -> bool {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(()) => {
                failing.remove(&channel);
                false
            }
            Err(why) => failing.insert(channel, why.clone()).as_ref() == Some(why),
        }
    }
}
