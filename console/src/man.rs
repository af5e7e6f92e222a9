//! `zoowarden man`: manual pages made of the command line's own help, one for each subcommand.

use std::{fs, io, path::PathBuf};

use clap::CommandFactory as _;
use clap_mangen::{Man, generate_to};

use crate::cli::Cli;

const HELP: &str = "\
Examples:
  zoowarden man | man -l -                     read the whole program's page
  zoowarden man --out ~/.local/share/man/man1  all pages: then man zoowarden-demo works";

/// Print the manual page, or write those of all subcommands
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = HELP)]
pub struct Args {
    /// Write zoowarden.1, zoowarden-demo.1, ... into this directory, which is made
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Does it.
///
/// # Errors
/// When a file cannot be written.
pub fn run(args: &Args, out: &mut impl io::Write) -> io::Result<()> {
    match &args.out {
        None => Man::new(Cli::command()).render(out),
        Some(dir) => {
            fs::create_dir_all(dir)?;
            generate_to(Cli::command(), dir)?;
            writeln!(out, "written to {}", dir.display())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_has_its_page_with_examples() {
        let dir = tempfile::tempdir().unwrap();
        let args = Args {
            out: Some(dir.path().join("man1")),
        };
        run(&args, &mut Vec::new()).unwrap();
        let dir = dir.path().join("man1");
        for below in Cli::command().get_subcommands() {
            let file = format!("zoowarden-{}.1", below.get_name());
            assert!(dir.join(&file).exists(), "{file}");
        }
        assert!(dir.join("zoowarden-config-check.1").exists());
        for name in ["zoowarden.1", "zoowarden-demo.1", "zoowarden-config.1"] {
            let page = fs::read_to_string(dir.join(name)).unwrap();
            assert!(page.contains(".TH") && page.contains("Examples:"), "{name}");
        }
    }
}
