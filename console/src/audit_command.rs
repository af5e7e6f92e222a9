//! `zoowarden audit verify` and `zoowarden audit show`: the audit log of this console, or any
//! other file of that kind, such as a member's `zoowarden-audit.jsonl`.
//!
//! Nothing is written: a file that is broken stays as it is.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use zoowarden_audit::{CheckError, check, entries};
use zoowarden_shared::audit::{Entry, Hash, Unreadable, Whole, clean};

use crate::{action::audit_log::own_log, text};

/// A field that is shown may be this long, bytes: what a line has room for.
const MAX_SHOWN_BYTES: usize = 8192;

const EXAMPLES: &str = "\
A log's lines are chained by their hashes: a line that was altered, removed or moved shows.
That the last lines were cut off shows only against a hash that you remembered: note the one
that `verify` prints, and give it as --head next time.";

/// The arguments of `zoowarden audit`.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum AuditCommand {
    /// Check the log and the full files before it: exit 0 whole, 1 broken or not readable
    Verify {
        /// The log; this console's own where none is named
        file: Option<PathBuf>,
        /// A hash that an earlier check printed: it must still be there
        #[arg(long, value_name = "HASH")]
        head: Option<Hash>,
    },
    /// Print a log's lines, oldest first
    Show {
        /// The log; this console's own where none is named
        file: Option<PathBuf>,
    },
}

/// Checks or prints.
///
/// # Errors
/// When a log to be shown cannot be read, or nothing can be printed.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    match &args.command {
        AuditCommand::Verify { file, head } => {
            verify(&mut out, &chosen(file.as_deref())?, *head).context("cannot print")
        }
        AuditCommand::Show { file } => {
            let file = chosen(file.as_deref())?;
            show(&mut out, &file).with_context(|| file.display().to_string())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn chosen(file: Option<&Path>) -> anyhow::Result<PathBuf> {
    file.map(Path::to_owned)
        .or_else(own_log)
        .context("neither XDG_STATE_HOME nor HOME is set: expected a FILE")
}

fn verify(out: &mut impl Write, file: &Path, remembered: Option<Hash>) -> io::Result<ExitCode> {
    match check(file, remembered) {
        Ok(whole) => {
            write!(out, "{}", sentences(&whole))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            let word = match fault {
                CheckError::Broken { .. } => "broken",
                CheckError::Io { .. } => "cannot be read",
            };
            writeln!(out, "{word}: {}", text::clean(&fault.to_string()))?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn sentences(whole: &Whole) -> String {
    let mut said = format!("whole: {} lines", text::count(whole.lines));
    if let Some(since) = whole.since_remembered {
        said += &format!(", {} since the remembered one", text::count(since));
    }
    said += &format!("\nhead: {}\n", whole.head.hash);
    if let Some(after) = whole.after {
        said += &format!("begins behind a file that is not here, which ends with {after}\n");
    }
    if whole.torn_bytes > 0 {
        said += &format!(
            "torn: {} bytes of a last line without its end; its writer ended meanwhile\n",
            whole.torn_bytes
        );
    }
    if whole.since_remembered.is_none() {
        said += "whether lines were cut off at the end shows only with --head HASH\n";
    }
    said
}

fn show(out: &mut impl Write, file: &Path) -> io::Result<()> {
    let mut shown = Ok(());
    entries(file, |entry| {
        if shown.is_ok() {
            shown = write!(out, "{}", paragraph(entry));
        }
    })?;
    match shown {
        // Who reads only the first lines, as `head` does, has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        shown => shown,
    }
}

/// A line, for people. The file may be anybody's: everything in it is made safe again.
fn paragraph(entry: Result<Entry, Unreadable>) -> String {
    let entry = match entry {
        Ok(entry) => entry,
        Err(fault) => return format!("? {}\n", text::clean(&fault.to_string())),
    };
    let Entry {
        sequence, record, ..
    } = entry;
    let mut said = format!(
        "{sequence} {} {} {}: {} from {}",
        record.time(),
        record.outcome.word(),
        record.what,
        record.principal,
        record.host
    );
    for (name, value) in &record.arguments {
        said += &format!(" {name}={value}");
    }
    if let Some(duration_ms) = record.duration_ms {
        said += &format!(" ({duration_ms} ms)");
    }
    let mut lines = vec![said];
    lines.extend(Some(record.sentence).filter(|sentence| !sentence.is_empty()));
    lines.extend(record.reason.map(|reason| format!("reason: {reason}")));
    for gate in record.gates.iter().filter(|gate| !gate.passed) {
        lines.push(format!("gate {}: {}", gate.name, gate.sentence));
    }
    lines
        .iter()
        .map(|line| clean(line, MAX_SHOWN_BYTES) + "\n")
        .collect::<Vec<_>>()
        .join("    ")
}
