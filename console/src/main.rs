//! The `zoowarden` binary: reads the command line and goes to the right room.

use std::{io, process::ExitCode};

use clap::{CommandFactory, Parser};
use zoowarden_console::{
    act, audit_command, bench,
    cli::{Cli, LookArgs, Subcommands, USAGE},
    config, demo, detached, drill, logging, man, open, replay, serve, status, watch,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version come this way too, and are no faults.
        Err(answer) => {
            // Where it cannot be printed nobody reads.
            let _ = answer.print();
            let is_fault = answer.use_stderr();
            return ExitCode::from(if is_fault { USAGE } else { 0 });
        }
    };
    match dispatch(cli) {
        Ok(code) => code,
        // Whoever reads has read enough: `zoowarden config example | head`.
        Err(error)
            if error
                .downcast_ref::<io::Error>()
                .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) =>
        {
            ExitCode::SUCCESS
        }
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
        Some(Subcommands::Config(args)) => Ok(config::run(&args, &mut io::stdout())?),
        Some(Subcommands::Man(args)) => {
            man::run(&args, &mut io::stdout())?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Subcommands::Server(args)) => Ok(serve::run(&args)),
        Some(Subcommands::Status(args)) => runtime()?.block_on(status::run(args)),
        Some(Subcommands::Audit(args)) => audit_command::run(&args),
        Some(Subcommands::Watch(args)) => runtime()?.block_on(watch::run(args)),
        Some(Subcommands::Replay(args)) => {
            let _logs = logs(&args.look)?;
            runtime()?.block_on(replay::run(args))
        }
        Some(Subcommands::Act(args)) => runtime()?.block_on(act::run(args)),
        Some(Subcommands::Plans(args)) => Ok(detached::command::run(&args, &mut io::stdout())?),
        Some(Subcommands::Bench(args)) => runtime()?.block_on(bench::run(args)),
        Some(Subcommands::Demo(args)) => {
            let _logs = logs(&args.look)?;
            if args.headless {
                runtime()?.block_on(demo::run_headless(args.options()))
            } else {
                runtime()?.block_on(open::demo(&args.look, args.options()))
            }
        }
        Some(Subcommands::Drill(args)) => {
            let _logs = logs(&args.look)?;
            runtime()?.block_on(drill::run(args))
        }
        None => {
            let _logs = logs(&cli.console.look)?;
            runtime()?.block_on(open::run(cli.console))
        }
    }
}

fn logs(look: &LookArgs) -> anyhow::Result<Option<logging::WorkerGuard>> {
    look.log_dir.as_deref().map(logging::start).transpose()
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}
