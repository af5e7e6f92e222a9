//! The command line of `zoowarden drill`.

use clap::builder::PossibleValuesParser;

use crate::{cli::LookArgs, model::drill::SCENARIOS};

const HELP: &str = "\
Three members of our own run on this machine, with clients on them. One fault after the other is
put into them; find each and repair it with the console's own keys. Counted from the fault on:
until the console's alarm, until you look at the right place, until all is whole again. At the
end stands a table, which is printed, too.

Keys, beside the console's: Space begins and goes on, i gives a hint, B calls those who own the
network or the disks below the members, s gives up.

Examples:
  zoowarden drill                           all of them, the gentlest first
  zoowarden drill --only no-quorum          one of them
  zoowarden drill --list                    their names
  zoowarden drill --auto --json             no screen: a script presses the right keys, through
                                            the same gates; 0 when each fault was detected,
                                            located and repaired, else 1";

/// Faults to find and to repair, on a demo of three members; scored
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = HELP)]
pub struct Args {
    /// Drill this one alone; may be given several times
    #[arg(long, value_name = "NAME", value_parser = names())]
    pub only: Vec<String>,
    /// Strike the same members as the drill that printed this seed
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Print the names of all, and what each is about
    #[arg(long, conflicts_with_all = ["only", "seed", "auto", "json"])]
    pub list: bool,
    /// No screen, nobody at the keys: each fault is repaired by script
    #[arg(long)]
    pub auto: bool,
    /// Print the table as one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub look: LookArgs,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(SCENARIOS.iter().map(|scenario| scenario.name))
}
