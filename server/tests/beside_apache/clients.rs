//! Clients that are not ours, against our server: the scripts of `tests/outside`.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use zoowarden_testkit::{Kind, our_server};

use crate::servers;

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/outside")
        .join(name)
}

fn run(mut command: Command) {
    let status = command
        .stdin(Stdio::null())
        .status()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

#[test]
#[ignore = "needs Python 3 and PyPI, takes minutes: cargo test -p zoowarden-server --test beside_apache -- --ignored kazoo"]
fn kazoos_suite_passes_where_it_passes_on_apache() {
    kazoo(1);
}

#[test]
#[ignore = "needs Python 3 and PyPI, takes minutes: cargo test -p zoowarden-server --test beside_apache -- --ignored kazoo"]
fn kazoos_suite_passes_on_an_ensemble_where_it_passes_on_apaches() {
    kazoo(3);
}

fn kazoo(members: u32) {
    let mut command = Command::new(script("kazoo/run.sh"));
    command
        .arg("ours")
        .env("KAZOO_MEMBERS", members.to_string())
        .env("ZOOWARDEN_SERVER", our_server())
        .env(
            "KAZOO_VENV",
            concat!(env!("CARGO_TARGET_TMPDIR"), "/kazoo-venv"),
        );
    run(command);
}

#[test]
#[ignore = "needs Python 3, Java and Debian's zookeeper package: cargo test -p zoowarden-server --test beside_apache -- --ignored zkcli"]
fn zkcli_prints_on_ours_what_it_prints_on_apache() {
    let server = servers::start(Kind::Ours);
    let mut command = Command::new(script("zkcli/compare.sh"));
    command.arg(server.address().port().to_string());
    run(command);
}
