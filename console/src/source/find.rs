//! A find, and what a deletion would take with it: the only two that read below what is on
//! the screen. One question at a time, at their own pace, and never a watch.

use std::time::Duration;

use bytes::Bytes;
use tokio::{sync::watch, time::sleep};
use zoowarden_client::{ClientError, Connection};
use zoowarden_shared::{ErrorCode, acl::Acl, stat::Stat};

use super::Context;
use crate::{
    event::{CountNews, Event},
    model::{
        find::{
            FindNews,
            pace::{COUNT_PER_S, FIND_PER_S, Pace},
            query::Query,
            walk::{Answer, Question, Walk},
        },
        tree::child,
        znode::holding::{Holding, MAX_ZNODES},
    },
};

/// How often progress is told.
const TELL_EVERY_MS: u64 = 200;

/// Our session's connection while there is one.
pub(super) type Connections = watch::Receiver<Option<Connection>>;

/// Asks at a pace, on whichever connection there is.
struct Asker {
    context: Context,
    connections: Connections,
    pace: Pace,
    told_ms: u64,
}

impl Asker {
    fn new(context: Context, connections: Connections, per_s: f64) -> Self {
        let now_ms = context.clock.now().mono_ms;
        Self {
            context,
            connections,
            pace: Pace::new(per_s, now_ms),
            told_ms: now_ms,
        }
    }

    /// One question; `None` where the znode is gone or shut, an error where it cannot go on.
    async fn ask<T>(
        &mut self,
        question: impl AsyncFnOnce(Connection) -> Result<T, ClientError>,
    ) -> Result<Option<T>, String> {
        let clock = self.context.clock;
        let wait_ms = self.pace.wait_ms(clock.now().mono_ms);
        sleep(Duration::from_millis(wait_ms)).await;
        let connection = self.connections.borrow().clone();
        let connection = connection.ok_or("our session is gone")?;
        self.context.load.request();
        let asked_ms = clock.now().mono_ms;
        let answer = question(connection).await;
        let now_ms = clock.now().mono_ms;
        self.pace.answered(now_ms, now_ms.saturating_sub(asked_ms));
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(error) => match error.code() {
                Some(ErrorCode::NoNode | ErrorCode::NoAuth) => Ok(None),
                _ => Err(error.to_string()),
            },
        }
    }

    /// Whether progress is due.
    fn tells(&mut self) -> bool {
        let now_ms = self.context.clock.now().mono_ms;
        let is_due = now_ms >= self.told_ms + TELL_EVERY_MS;
        if is_due {
            self.told_ms = now_ms;
        }
        is_due
    }
}

/// Looks for what fits, until all was looked at or nobody listens.
pub(super) async fn run(
    context: Context,
    connections: Connections,
    number: u64,
    query: Query,
    start: String,
) {
    let mut asker = Asker::new(context.clone(), connections, FIND_PER_S);
    let mut walk = Walk::new(query, &start);
    let tell = async |news| context.tell(Event::Find { number, news }).await;
    let mut fault = None;
    while let Some(question) = walk.next_question() {
        let answer = match answer(&mut asker, &question).await {
            Ok(answer) => answer,
            Err(why) => {
                fault = Some(why);
                break;
            }
        };
        if let Some(hit) = walk.answered(question, answer)
            && !tell(FindNews::Hit(hit)).await
        {
            return;
        }
        if asker.tells() {
            let mut progress = walk.progress();
            progress.per_s = asker.pace.per_s();
            tell(FindNews::Progress(progress)).await;
        }
    }
    tell(FindNews::Progress(walk.progress())).await;
    tell(FindNews::Ended { fault }).await;
}

async fn answer(asker: &mut Asker, question: &Question) -> Result<Answer, String> {
    Ok(match question {
        Question::Stat(path) => {
            let stat = asker
                .ask(async |connection| Ok(connection.exists(path, false).await?.value))
                .await?;
            Answer::Stat(stat.flatten())
        }
        Question::Children(path) => Answer::Children(
            asker
                .ask(async |connection| Ok(connection.get_children(path, false).await?.value))
                .await?,
        ),
        Question::Data(path) => {
            let data = asker
                .ask(async |connection| Ok(connection.get_data(path, false).await?.value))
                .await?;
            Answer::Data(data.map(|answer| answer.data.unwrap_or_default().to_vec()))
        }
    })
}

/// Counts a znode and all below it, and keeps what there is room for.
pub(super) async fn count(context: Context, connections: Connections, path: String) {
    let mut asker = Asker::new(context.clone(), connections, COUNT_PER_S);
    let counted = holding(&mut asker, &path).await;
    let news = CountNews::Done(counted);
    context.tell(Event::Counted { path, news }).await;
}

async fn holding(asker: &mut Asker, root: &str) -> Result<Holding, String> {
    let mut holding = Holding::default();
    let mut waiting = vec![root.to_owned()];
    while let Some(path) = waiting.pop() {
        let Some((stat, content)) = content(asker, &path).await? else {
            continue;
        };
        if !holding.add(&path, &stat, content) {
            return Err(format!(
                "more than {MAX_ZNODES} znodes: delete it part by part"
            ));
        }
        if stat.num_children > 0 {
            let mut names = asker
                .ask(async |connection| Ok(connection.get_children(&path, false).await?.value))
                .await?
                .ok_or_else(|| format!("{path} may not be listed, or is gone"))?;
            if waiting.len() + names.len() > MAX_ZNODES {
                return Err(format!(
                    "more than {MAX_ZNODES} znodes: delete it part by part"
                ));
            }
            // A server lists them in no order; the last is taken first.
            names.sort_unstable_by(|a, b| b.cmp(a));
            waiting.extend(names.iter().map(|name| child(&path, name)));
        }
        if asker.tells() {
            let news = CountNews::SoFar(holding.znodes().len());
            let path = root.to_owned();
            asker.context.tell(Event::Counted { path, news }).await;
        }
    }
    if holding.znodes().is_empty() {
        return Err("it is gone".to_owned());
    }
    Ok(holding)
}

/// A znode's stat, with data and rights where they may be read; `None` where it is gone.
async fn content(
    asker: &mut Asker,
    path: &str,
) -> Result<Option<(Stat, Option<(Bytes, Vec<Acl>)>)>, String> {
    let data = asker
        .ask(async |connection| Ok(connection.get_data(path, false).await?.value))
        .await?;
    let Some(data) = data else {
        // Shut, or gone: its stat is told to everybody.
        let stat = asker
            .ask(async |connection| Ok(connection.exists(path, false).await?.value))
            .await?;
        return Ok(stat.flatten().map(|stat| (stat, None)));
    };
    let acl = asker
        .ask(async |connection| Ok(connection.get_acl(path).await?.value.acl))
        .await?;
    let bytes = data.data.unwrap_or_default();
    Ok(Some((data.stat, acl.map(|acl| (bytes, acl)))))
}
