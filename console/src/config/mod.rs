//! `zoowarden config`: what is wrong with console.toml, where it is looked for, and an example.
//!
//! - [`faults`]: all that is wrong with the text, by lines
//! - [`files`]: the certificates, secrets and programs that it names
//! - [`example`]: every key that there is

pub mod example;
pub mod faults;
pub mod files;

use std::{io, path::PathBuf, process::ExitCode};

use crate::{
    settings::{self, Settings, SettingsError},
    text::clean,
};

const HELP: &str = "\
Examples:
  zoowarden config path                where the file is looked for
  zoowarden config example > ~/.config/zoowarden/console.toml
                                       every key, commented out: begin with this
  zoowarden config check               all that is wrong, each with file, line and what was
                                       expected there; exit code 1 where anything is
  zoowarden config check ./new.toml && mv ./new.toml ~/.config/zoowarden/console.toml

check reads certificates and secrets' files (and their modes), and looks for the programs of
hooks, via and commands. It runs none of them, and connects to nothing.";

/// What is wrong with console.toml, where it is looked for, and an example of every key
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum Command {
    /// Say all that is wrong, each with file, line and what was expected: 0 nothing, 1 something
    Check {
        /// This file instead of the usual one
        file: Option<PathBuf>,
    },
    /// Print where the file is looked for
    Path,
    /// Print a console.toml with every key in it, commented out
    Example,
}

/// Does it, on standard output.
///
/// # Errors
/// When nobody takes what is written.
pub fn run(args: &Args, out: &mut impl io::Write) -> io::Result<ExitCode> {
    match &args.command {
        Command::Check { file } => check(file.clone(), out),
        Command::Path => match settings::usual_file() {
            Some(file) => {
                writeln!(out, "{}", file.display())?;
                Ok(ExitCode::SUCCESS)
            }
            None => {
                writeln!(out, "nowhere: neither XDG_CONFIG_HOME nor HOME is set")?;
                Ok(ExitCode::FAILURE)
            }
        },
        Command::Example => {
            out.write_all(example::text().as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(named: Option<PathBuf>, out: &mut impl io::Write) -> io::Result<ExitCode> {
    let is_named = named.is_some();
    let Some(file) = named.or_else(settings::usual_file) else {
        writeln!(
            out,
            "there is no file: neither XDG_CONFIG_HOME nor HOME is set"
        )?;
        return Ok(ExitCode::SUCCESS);
    };
    let shown = clean(&file.display().to_string());
    let text = match settings::read(&file) {
        Ok(text) => text,
        Err(SettingsError::Read { source, .. })
            if !is_named && source.kind() == io::ErrorKind::NotFound =>
        {
            writeln!(
                out,
                "{shown}: there is none; without one zoowarden opens a demo"
            )?;
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => {
            writeln!(out, "{}", clean(&error.to_string()))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let (mut faults, settings) = faults::all(&text);
    faults.extend(files::check(&text, &settings));
    faults.sort();
    for fault in &faults {
        writeln!(out, "{shown}:{}: {}", fault.line, clean(&fault.message))?;
    }
    match faults.len() {
        0 => {
            writeln!(out, "{shown}: nothing is wrong; {}", said(&settings))?;
            Ok(ExitCode::SUCCESS)
        }
        1 => writeln!(out, "1 fault").map(|()| ExitCode::FAILURE),
        n => writeln!(out, "{n} faults").map(|()| ExitCode::FAILURE),
    }
}

/// What it amounts to.
fn said(settings: &Settings) -> String {
    let names: Vec<String> = settings
        .clusters
        .iter()
        .map(|cluster| clean(&cluster.name))
        .collect();
    let clusters = match names.len() {
        0 => "no cluster: zoowarden opens a demo".to_owned(),
        _ => format!("clusters: {}", names.join(", ")),
    };
    match settings.keys.len() {
        0 => clusters,
        n => format!("{clusters}; keys bound: {n}"),
    }
}
