//! The desktop's notification service, over D-Bus.
//!
//! `show()` blocks for as long as the service likes, and there may be none: it runs on one
//! thread of its own, and who waits for it waits [`Limits::desktop_answer`] and no longer. A
//! thread that is still held by an earlier notice is not waited for at all.
//!
//! [`Limits::desktop_answer`]: super::Limits::desktop_answer

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, mpsc as thread_mpsc},
    thread,
    time::Duration,
};

use notify_rust::{Notification, Timeout, Urgency, get_capabilities};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use tracing::warn;

use super::{
    icon,
    reports::{Job, Reports},
    wording::Wording,
};
use crate::model::alarm::notice::{Channel, Occasion};

/// Alarms whose notification can still be replaced by its successor.
const SHOWN: usize = 256;
const SILENT: &str = "no answer from the desktop";
const OVERTAKEN: &str = "not shown: a newer notice of the same alarm came first";

/// What the thread is asked.
struct Toast {
    wording: Arc<Wording>,
    occasion: Occasion,
    answer: oneshot::Sender<Result<(), String>>,
}

/// Tells the notices of `jobs` until there are no more.
pub(super) async fn run(mut jobs: mpsc::Receiver<Job>, limit: Duration, reports: Reports) {
    let toasts = match start_thread() {
        Ok(toasts) => toasts,
        Err(error) => {
            reports.will_fail(Channel::Desktop, format!("no thread for it: {error}"));
            return;
        }
    };
    let mut waiting = VecDeque::new();
    while let Some(job) = next(&mut waiting, &mut jobs, &reports).await {
        let (answer, answered) = oneshot::channel();
        let toast = Toast {
            wording: Arc::clone(&job.wording),
            occasion: job.occasion,
            answer,
        };
        let result = match toasts.try_send(toast) {
            Ok(()) => match timeout(limit, answered).await {
                Ok(Ok(result)) => result,
                _ => Err(SILENT.to_owned()),
            },
            Err(_) => Err(SILENT.to_owned()),
        };
        reports.went(Channel::Desktop, &job, result);
    }
}

/// The next notice; of those that wait about one alarm, the newest in the place of the first.
async fn next(
    waiting: &mut VecDeque<Job>,
    jobs: &mut mpsc::Receiver<Job>,
    reports: &Reports,
) -> Option<Job> {
    if waiting.is_empty() {
        waiting.push_back(jobs.recv().await?);
    }
    while waiting.len() < super::notifier::QUEUE {
        let Ok(job) = jobs.try_recv() else { break };
        let same = waiting
            .iter_mut()
            .find(|other| is_about_the_same(other, &job));
        match same {
            Some(other) => {
                let overtaken = std::mem::replace(other, job);
                reports.went(Channel::Desktop, &overtaken, Err(OVERTAKEN.to_owned()));
            }
            None => waiting.push_back(job),
        }
    }
    waiting.pop_front()
}

fn is_about_the_same(one: &Job, other: &Job) -> bool {
    let (one, other) = (&one.wording, &other.wording);
    !one.alarm.is_empty() && (&one.cluster, &one.alarm) == (&other.cluster, &other.alarm)
}

/// One place to wait in: what it holds beyond the notice at work is stale when it is reached.
fn start_thread() -> io::Result<thread_mpsc::SyncSender<Toast>> {
    let (toasts, asked) = thread_mpsc::sync_channel::<Toast>(1);
    thread::Builder::new()
        .name("desktop".to_owned())
        .spawn(move || {
            let mut desktop = Desktop::new();
            for toast in asked {
                // Whoever asked may have given up meanwhile: late news is no news.
                if !toast.answer.is_closed() {
                    let result = desktop.show(&toast.wording, toast.occasion);
                    // Nobody waits any more: it was reported as unanswered.
                    let _ = toast.answer.send(result.map_err(|error| error.to_string()));
                }
            }
        })?;
    Ok(toasts)
}

/// The thread's own: what is on the desktop by now.
struct Desktop {
    icon: Option<String>,
    /// Cluster and alarm, and the service's id of what is shown about it; oldest first.
    shown: VecDeque<((String, String), u32)>,
}

impl Desktop {
    fn new() -> Self {
        let icon = icon::file()
            .inspect_err(|error| warn!(%error, "notifications go without their icon"))
            .ok();
        Self {
            icon: icon.map(|file| file.display().to_string()),
            shown: VecDeque::new(),
        }
    }

    fn show(
        &mut self,
        wording: &Wording,
        occasion: Occasion,
    ) -> Result<(), notify_rust::error::Error> {
        // Asked each time: the service may be another one by now.
        let has_markup = get_capabilities()?.iter().any(|one| one == "body-markup");
        let body = if has_markup {
            escape(&wording.body)
        } else {
            wording.body.clone()
        };
        let mut toast = Notification::new();
        toast
            .appname("zoowarden")
            .summary(&wording.headline())
            .body(&body)
            .urgency(urgency(wording));
        if let Some(icon) = &self.icon {
            toast.icon(icon);
        }
        // A fault that stops the ensemble stays until it is seen, or over.
        if wording.urgency == "critical" && occasion != Occasion::Ended {
            toast.timeout(Timeout::Never);
        }
        let key = (wording.cluster.clone(), wording.alarm.clone());
        if let Some(at) = self.shown.iter().position(|(about, _)| *about == key)
            && let Some((_, id)) = self.shown.remove(at)
        {
            toast.id(id);
        }
        let id = toast.show()?.id();
        if !wording.alarm.is_empty() && occasion != Occasion::Ended {
            if self.shown.len() == SHOWN {
                self.shown.pop_front();
            }
            self.shown.push_back((key, id));
        }
        Ok(())
    }
}

fn urgency(wording: &Wording) -> Urgency {
    match wording.urgency {
        "critical" => Urgency::Critical,
        "normal" => Urgency::Normal,
        _ => Urgency::Low,
    }
}

/// A body is markup to most desktops: what comes from outside must neither format nor link.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
