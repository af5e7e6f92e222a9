//! `zoowarden watch`: the console's own loop without a screen, for a service or a log: one line
//! for each thing that happens, each alarm's beginning and end, each notification.
//!
//! ```text
//!   sources ──Event──> update(&mut Model) ──> notifier     as configured for the console
//!                          └──> news ──> line              text, or a JSON object
//! ```
//!
//! Nothing is ever changed by it: no gate is opened, and none could.

mod line;
mod news;
mod run;

use std::{path::PathBuf, time::Duration};

pub use run::run;

/// Watch an ensemble and print a line for all that happens, until SIGINT or SIGTERM.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Some members' client addresses; the others are found from them
    #[arg(
        long,
        value_name = "HOST:PORT,...",
        required_unless_present = "cluster"
    )]
    pub connect: Option<String>,
    /// Watch this cluster of console.toml, by its way there: via, TLS, identity
    #[arg(long, value_name = "NAME", conflicts_with = "connect")]
    pub cluster: Option<String>,
    /// Read clusters, alarms and channels from this file instead of
    /// ~/.config/zoowarden/console.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The port of the members' AdminServer
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 8080,
        conflicts_with = "cluster"
    )]
    pub admin_port: u16,
    /// Print each line as a JSON object
    #[arg(long)]
    pub json: bool,
    /// End by itself after so long: 90s, 30m, 2h, 1d
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub lasts: Option<Duration>,
}

const EXAMPLES: &str = "\
Examples:
  zoowarden watch --cluster prod                 as a service: tells by the channels of [notify]
  zoowarden watch --connect zk1:2181 --json      {\"time\":...,\"severity\":...,\"kind\":...,
                                                 \"sentence\":...,\"member\":...} a line
  zoowarden watch --connect zk1:2181 --for 60s

It ends with 0 by a signal or after --for, with 1 when nobody reads its lines.";

/// `90s`, `30m`, `2h`, `1d`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("expected a time such as 90s or 30m, found \"{text}\"");
    let unit_s = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    // The longest that a timer takes without wrapping is far beyond a year.
    match number.checked_mul(unit_s) {
        Some(s) if (1..=365 * 86_400).contains(&s) => Ok(Duration::from_secs(s)),
        _ => Err("expected 1s to 365d".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_an_end() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
        for wrong in ["", "s", "90", "0s", "-1m", "366d", "1é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
