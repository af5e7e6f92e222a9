//! The operator's own command: an argv without a shell, so that nothing in a notice can be
//! read as one. The notice as JSON is on its standard input.

use std::{io, process::Stdio, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::mpsc,
    time::timeout,
};
use tracing::info;

use super::{
    reports::{Job, Reports},
    wording::Wording,
};
use crate::{model::alarm::notice::Channel, text::clean};

/// What is kept of the command's output, bytes of each stream; the rest is read and dropped.
const KEPT_OUTPUT: usize = 4096;

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
    let Some((program, arguments)) = argv.split_first() else {
        return Err("the command is empty".to_owned());
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own: at the deadline, what it has started ends with it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    let group = child.id();
    match timeout(limit, attend(&mut child, wording.json())).await {
        Ok(Ok(end)) => end.judge(program),
        Ok(Err(error)) => Err(format!("{program}: {error}")),
        Err(_) => {
            kill(group);
            // It ends by the signal; this takes it off the process table.
            let _ = child.wait().await;
            Err(format!(
                "{program}: killed, not done after {} s",
                limit.as_secs_f32()
            ))
        }
    }
}

/// How a command ended.
struct End {
    status: std::process::ExitStatus,
    errors: String,
}

impl End {
    fn judge(self, program: &str) -> Result<(), String> {
        if self.status.success() {
            return Ok(());
        }
        let last = self.errors.lines().last().unwrap_or_default();
        Err(format!("{program}: {}: {last}", self.status))
    }
}

/// Feeds it, and reads what it says until it has ended.
async fn attend(child: &mut Child, json: String) -> io::Result<End> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A command need not read it.
            let _ = stdin.write_all(json.as_bytes()).await;
            let _ = stdin.write_all(b"\n").await;
        }
    };
    let ((), output, errors, status) =
        tokio::join!(feed, beginning(stdout), beginning(stderr), child.wait());
    info!(output, errors, "notify command");
    Ok(End {
        status: status?,
        errors,
    })
}

/// The first [`KEPT_OUTPUT`] bytes, cleaned; reads to the end, so that nobody waits on a full
/// pipe.
async fn beginning(pipe: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut pipe) = pipe else {
        return String::new();
    };
    let mut kept = Vec::new();
    let mut piece = [0; 1024];
    while let Ok(n @ 1..) = pipe.read(&mut piece).await {
        let room = KEPT_OUTPUT - kept.len();
        kept.extend_from_slice(&piece[..n.min(room)]);
    }
    let text = String::from_utf8_lossy(&kept);
    let lines: Vec<String> = text.lines().map(clean).collect();
    lines.join("\n")
}

fn kill(group: Option<u32>) {
    let pid = group.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    if let Some(pid) = pid {
        // It may have ended by itself this moment.
        let _ = kill_process_group(pid, Signal::KILL);
    }
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
