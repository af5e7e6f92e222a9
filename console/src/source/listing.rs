//! `cons` of every member and `dump` of one, asked only while sessions are on the screen.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::{
    sync::watch,
    task::spawn_blocking,
    time::{sleep, timeout},
};
use zoowarden_client::{ClientError, http};
use zoowarden_shared::admin::{
    ClientConnection, MemberReport, Refusal, SessionDump, absorb_configuration, admin_object,
    parse_connections_json, parse_cons, parse_dump, whitelist_line,
};

use super::{
    AdminPorts, Context,
    doors::{AdminPort, ask, is_own},
};
use crate::event::Event;

/// `cons` and `dump` walk all of a member's connections and sessions.
const EVERY: Duration = Duration::from_secs(10);
/// For one member's listing, by whichever door.
const DEADLINE: Duration = Duration::from_secs(5);

/// Asks while `shown` says so.
pub(super) async fn run(
    context: Context,
    addresses: watch::Receiver<Vec<String>>,
    mut shown: watch::Receiver<bool>,
    admin: AdminPorts,
) {
    loop {
        if shown.wait_for(|shown| *shown).await.is_err() {
            return;
        }
        let members = addresses.borrow().clone();
        let listings = members
            .iter()
            .map(|address| connections(&context, address, admin.of(address)));
        join_all(listings).await;
        dump(&context, &members).await;
        sleep(EVERY).await;
    }
}

/// Tells one member's connections as soon as it answers: none waits for another.
async fn connections(context: &Context, address: &str, admin: AdminPort) {
    let answer = timeout(DEADLINE, async {
        match admin_connections(context, address, admin).await {
            Some(connections) => Ok(connections),
            None => word(context, address, "cons")
                .await
                .map(|text| parse_cons(&text)),
        }
    })
    .await
    .unwrap_or_else(|_| Err("no answer in time".to_owned()));
    context
        .tell(Event::Connections {
            address: address.to_owned(),
            answer,
        })
        .await;
}

/// The AdminServer's `connections`, where it is this member's own.
async fn admin_connections(
    context: &Context,
    address: &str,
    admin: AdminPort,
) -> Option<Vec<ClientConnection>> {
    let host = address.rsplit_once(':')?.0;
    let get = async |command: &str| {
        context.load.request();
        let path = format!("/commands/{command}");
        let at = format!("{host}:{}", admin.0);
        let answer = http::get_by(&context.reach.admin, &at, &path, DEADLINE);
        answer.await.ok()
    };
    let configuration = get("configuration").await?;
    let configuration = admin_object(configuration.status, &configuration.body).ok()?;
    let mut report = MemberReport::default();
    absorb_configuration(&mut report, &configuration);
    if !is_own(&context.reach, address, &report, &context.load).await {
        return None;
    }
    let answer = get("connections").await?;
    // Of tens of thousands it takes a while, in which nobody else should wait.
    let reading = spawn_blocking(move || parse_connections_json(answer.status, &answer.body));
    reading.await.ok()?.ok()
}

/// Asks member after member until one tells who owns which ephemeral.
async fn dump(context: &Context, members: &[String]) {
    let mut faults = Vec::new();
    for address in members {
        match word(context, address, "dump").await {
            Ok(text) => {
                let dump: SessionDump = parse_dump(&text);
                context.tell(Event::Dump(Ok(dump))).await;
                return;
            }
            Err(fault) => faults.push(fault),
        }
    }
    let fault = faults
        .into_iter()
        .next()
        .unwrap_or_else(|| "no member can be asked".to_owned());
    context.tell(Event::Dump(Err(fault))).await;
}

/// The words that a whitelist should have for this console, and the one that was refused.
fn words_with(refused: &str) -> Vec<&str> {
    let mut words = vec!["mntr", "conf", "cons", "dump"];
    if !words.contains(&refused) {
        words.push(refused);
    }
    words
}

/// A word's answer, or in words why there is none.
pub(super) async fn word(context: &Context, address: &str, word: &str) -> Result<String, String> {
    match ask(&context.reach, address, word, &context.load).await {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(Refusal::NotServing)) => Err("alive, not serving".to_owned()),
        Ok(Err(Refusal::NotWhitelisted { .. })) => Err(format!(
            "{word} is shut; {} opens it",
            whitelist_line(&words_with(word))
        )),
        Ok(Err(Refusal::Empty)) => Err(format!("no answer to {word}")),
        Err(ClientError::Deadline { .. } | ClientError::Mute { .. }) => {
            Err("no answer in time".to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}
