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
            eprintln!(
                "zoowarden: {}",
                zoowarden_shared::chain::told(error.as_ref())
            );
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
            small_pages();
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
            small_pages();
            beside_its_sources(open::run(cli.console))
        }
    }
}

fn logs(look: &LookArgs) -> anyhow::Result<Option<logging::WorkerGuard>> {
    look.log_dir.as_deref().map(logging::start).transpose()
}

/// Half of what a console keeps resident would be the empty rest of huge pages, for which the
/// allocator asks: 2 MB each, for heaps of a few MB. A member's tree is worth them, and no other
/// command is open all day. The programs of hooks inherit this.
fn small_pages() {
    // Another system than Linux has no such pages.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay");
    }
}

/// Runs what draws as a task among the tasks that it hears of the members from: they wake each
/// other on one thread, where `block_on` would change threads for every heartbeat. The second
/// thread is for when the first waits for a disk.
fn beside_its_sources(
    console: impl Future<Output = anyhow::Result<ExitCode>> + Send + 'static,
) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(runtime.spawn(console))?
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}
