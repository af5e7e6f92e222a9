//! The operator's own command: an argv without a shell, so that nothing in a notice can be
//! read as one. The notice as JSON is on its standard input.

use std::time::Duration;

use tokio::sync::mpsc;
use tracing::info;

use super::{
    reports::{Job, Reports},
    wording::Wording,
};
use crate::{
    model::alarm::notice::Channel,
    program::{Failure, output},
};

/// The placeholders that an argument may hold.
pub(super) const PLACEHOLDERS: &str =
    "{title}, {body}, {urgency}, {cluster}, {alarm}, {occasion} or {number}";

/// Runs the command for each notice of `jobs`, one after the other, until there are no more.
pub(super) async fn run(
    mut jobs: mpsc::Receiver<Job>,
    argv: Vec<String>,
    limit: Duration,
    reports: Reports,
) {
    while let Some(job) = jobs.recv().await {
        let result = once(&argv, &job.wording, limit).await;
        reports.went(Channel::Command, &job, result);
    }
}

async fn once(argv: &[String], wording: &Wording, limit: Duration) -> Result<(), String> {
    let argv: Vec<String> = argv.iter().map(|one| substitute(one, wording)).collect();
    let input = format!("{}\n", wording.json());
    let ended = output(&argv, Some(input), limit)
        .await
        .map_err(Failure::sentence)?;
    info!(output = ?ended.lines, errors = ?ended.errors, "notify command");
    if ended.status.success() {
        return Ok(());
    }
    let program = argv.first().map_or("", String::as_str);
    let last = ended.errors.last().map_or("", String::as_str);
    Err(format!("{program}: {}: {last}", ended.status))
}

/// One argument with its placeholders filled in, once: what is filled in is not looked at
/// again.
fn substitute(argument: &str, wording: &Wording) -> String {
    let mut out = String::new();
    let mut rest = argument;
    while let Some((before, name, after)) = placeholder(rest) {
        out.push_str(before);
        match name {
            "title" => out.push_str(&wording.title),
            "body" => out.push_str(&wording.body),
            "urgency" => out.push_str(wording.urgency),
            "cluster" => out.push_str(&wording.cluster),
            "alarm" => out.push_str(&wording.alarm),
            "occasion" => out.push_str(wording.occasion),
            "number" => out.push_str(&wording.number.to_string()),
            // Refused where the settings are read.
            other => out.push_str(&format!("{{{other}}}")),
        }
        rest = after;
    }
    out + rest
}

/// The first placeholder of an argument that is not known, if there is one.
pub(super) fn unknown_placeholder(argument: &str) -> Option<&str> {
    let mut rest = argument;
    while let Some((_, name, after)) = placeholder(rest) {
        if !PLACEHOLDERS.contains(&format!("{{{name}}}")) {
            return Some(name);
        }
        rest = after;
    }
    None
}

/// What stands before the first `{word}`, the word, and what stands behind it. Other braces,
/// as of a JSON text, mean nothing.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        let name = &text[open + 1..];
        let length = name
            .find(|c: char| !(c.is_ascii_lowercase() || c == '_'))
            .unwrap_or(name.len());
        if length > 0 && name[length..].starts_with('}') {
            return Some((&text[..open], &name[..length], &name[length + 1..]));
        }
        from = open + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_in_again() {
        let wording = Wording {
            number: 1,
            occasion: "began",
            urgency: "low",
            cluster: "c".to_owned(),
            alarm: "a".to_owned(),
            title: "{body}".to_owned(),
            body: "secret".to_owned(),
        };
        let filled = substitute("{ \"t\": {title}} {urgency}/{number}", &wording);
        assert_eq!(filled, "{ \"t\": {body}} low/1");
    }

    #[test]
    fn a_placeholder_nobody_knows_is_found() {
        assert_eq!(unknown_placeholder("{title} {tilte}"), Some("tilte"));
        assert_eq!(unknown_placeholder("{title} {} {\"a\": 1}"), None);
    }
}
