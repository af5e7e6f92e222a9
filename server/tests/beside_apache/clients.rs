//! Clients that are not ours, against our server: the scripts of `tests/outside`.

use std::{
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
};

use zoowarden_testkit::{Kind, our_server};

use crate::servers;

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/outside")
        .join(name)
}

fn start(command: &mut Command) -> Child {
    command
        .stdin(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

fn run(command: &mut Command) {
    let status = start(command).wait().expect("it can be waited for");
    assert!(status.success(), "{command:?}: {status}");
}

#[test]
#[ignore = "needs Python 3 and PyPI, takes minutes: cargo test -p zoowarden-server --test beside_apache -- --ignored kazoo"]
fn kazoos_suite_passes_where_it_passes_on_apache() {
    let mut prepare = kazoo("prepare");
    run(&mut prepare);
    // Side by side, since both mostly wait: each measures the other's patience, too.
    let alone = start(kazoo("ours").env("KAZOO_MEMBERS", "1"));
    let ensemble = start(
        kazoo("ours")
            .env("KAZOO_MEMBERS", "3")
            .env("ZOOKEEPER_PORT_OFFSET", "20200"),
    );
    let ended = [alone, ensemble].map(|mut suite| suite.wait().unwrap());
    assert!(
        ended.iter().all(ExitStatus::success),
        "alone, and an ensemble: {ended:?}"
    );
}

fn kazoo(what: &str) -> Command {
    let mut command = Command::new(script("kazoo/run.sh"));
    command.arg(what).env("ZOOWARDEN_SERVER", our_server()).env(
        "KAZOO_VENV",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/kazoo-venv"),
    );
    command
}

#[test]
#[ignore = "needs Python 3, Java and Debian's zookeeper package: cargo test -p zoowarden-server --test beside_apache -- --ignored zkcli"]
fn zkcli_prints_on_ours_what_it_prints_on_apache() {
    let server = servers::start(Kind::Ours);
    let mut command = Command::new(script("zkcli/compare.sh"));
    command.arg(server.address().port().to_string());
    run(&mut command);
}
