//! The `zoowarden` binary: reads the command line and goes to the right room.

use std::{io, process::ExitCode};

use clap::{CommandFactory, Parser};
use zoowarden_console::{
    bench,
    cli::{Cli, Subcommands},
    logging, open, serve, status,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("zoowarden: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Some(Subcommands::Completions { shell }) => {
            clap_complete::generate(shell, &mut Cli::command(), "zoowarden", &mut io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Some(Subcommands::Server(args)) => Ok(serve::run(&args)),
        Some(Subcommands::Status(args)) => runtime()?.block_on(status::run(args)),
        Some(Subcommands::Bench(args)) => runtime()?.block_on(bench::run(args)),
        None => {
            let _logs = cli
                .console
                .log_dir
                .as_deref()
                .map(logging::start)
                .transpose()?;
            runtime()?.block_on(open::run(cli.console))
        }
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}
