//! Apache members behind TLS, a client's certificate, SASL and a command, as an operator would
//! reach them, and what is told when one of those is wrong.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

use crate::{
    ensemble::Ensemble,
    pane::{Pane, is_healthy},
};

/// What netcat does, where there is none.
const NETCAT: &str =
    r#"["bash", "-c", "exec 3<>/dev/tcp/$0/$1 4<&0; cat <&4 >&3 & cat <&3; kill $!", "%h", "%p"]"#;

/// An authority, a server's store and an operator's papers in one directory.
fn papers() -> TempDir {
    let dir = TempDir::new().unwrap();
    let authority = |file: &str| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, file);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        fs::write(dir.path().join(format!("{file}.pem")), authority.pem()).unwrap();
        authority
    };
    let ours = authority("ca");
    authority("stranger");
    for name in ["server", "op"] {
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let cert = params.signed_by(&key, &ours).unwrap().pem();
        fs::write(dir.path().join(format!("{name}.pem")), &cert).unwrap();
        private(
            &dir.path().join(format!("{name}.key")),
            &key.serialize_pem(),
        );
        let store = key.serialize_pem() + &cert;
        fs::write(dir.path().join(format!("{name}-store.pem")), store).unwrap();
    }
    private(&dir.path().join("sasl"), "op:hunter2\n");
    private(&dir.path().join("wrong"), "op:wrong\n");
    dir
}

fn private(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A console.toml of one cluster, on these addresses; the text behind is its sections.
fn config(dir: &Path, name: &str, addresses: &[String], sections: &str) -> String {
    let file = dir.join(format!("{name}.toml"));
    let text = format!("[[cluster]]\nname = \"{name}\"\nconnect = {addresses:?}\n{sections}");
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// What `zoowarden status` prints of a cluster, its two streams together.
fn status(file: &str, name: &str) -> String {
    run(&["status", "--config", file, "--cluster", name])
}

/// The same of a load of 500 creates, their data larger than what one TLS record holds.
fn bench(file: &str, name: &str) -> String {
    let load = [
        "--yes", "--json", "--mode", "create", "--count", "500", "--size", "20000",
    ];
    let whom = ["bench", "--config", file, "--cluster", name];
    run(&[&whom[..], &load, &["--sessions", "4"]].concat())
}

fn run(args: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
        .args(args)
        .output()
        .unwrap();
    [done.stdout, done.stderr]
        .map(|text| String::from_utf8(text).unwrap())
        .concat()
}

#[test]
#[ignore = "needs tmux, Java and Debian's zookeeper (or ZOOKEEPER_CLASSPATH): \
            cargo test -p zoowarden --test tmux -- --ignored"]
fn an_ensemble_behind_tls_and_a_command_is_watched_as_any_other() {
    let papers = papers();
    let dir = papers.path();
    let at = |name: &str| dir.join(name).display().to_string();
    let jaas = at("jaas.conf");
    private(
        Path::new(&jaas),
        "Server {\n org.apache.zookeeper.server.auth.DigestLoginModule required\n \
         user_op=\"hunter2\";\n};\n",
    );
    let ensemble = Ensemble::start_with(
        |port| {
            format!(
                "secureClientPort={port}\n4lw.commands.whitelist=*\n\
             sessionRequireClientSASLAuth=true\n\
             serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory\n\
             authProvider.sasl=org.apache.zookeeper.server.auth.SASLAuthenticationProvider\n\
             ssl.keyStore.location={}\nssl.trustStore.location={}\n",
                at("server-store.pem"),
                at("ca.pem")
            )
        },
        &[&format!("-Djava.security.auth.login.config={jaas}")],
    );
    let addresses: Vec<String> = (0..3).map(|n| ensemble.second_address(n)).collect();
    let tls = |ca: &str, with_ours: bool| {
        let ours = format!("cert = \"{}\"\nkey = \"{}\"\n", at("op.pem"), at("op.key"));
        let ours = if with_ours { ours } else { String::new() };
        format!("[cluster.tls]\nca = \"{}\"\n{ours}", at(ca))
    };
    let sasl = |file: &str| format!("[cluster.auth]\nsasl = {{ file = \"{}\" }}\n", at(file));

    let way = format!("via = {NETCAT}\nvia_name = \"bastion-eu\"\n");
    let all = way + &tls("ca.pem", true) + &sasl("sasl");
    let file = config(dir, "prod", &addresses, &all);
    let pane = Pane::run(120, 35, &format!("--config {file}"));
    let screen = pane.wait("a verdict", |screen| {
        is_healthy(screen) && screen.contains("via bastion-eu ") && screen.contains(" ms   TLS")
    });
    assert!(screen.contains("3 of 3"), "{screen}");
    pane.keys(&["2", "d"]);
    let screen = pane.wait("the certificate", |screen| screen.contains("cert: "));
    assert!(screen.contains("for 127.0.0.1, by CN=ca"), "{screen}");
    drop(pane);
    assert!(status(&file, "prod").contains("LEADER") || status(&file, "prod").contains("leader"));

    let told = bench(&file, "prod");
    assert!(told.contains("via bastion-eu"), "{told}");
    let direct = config(
        dir,
        "direct",
        &addresses,
        &(tls("ca.pem", true) + &sasl("sasl")),
    );
    let told = bench(&direct, "direct");
    assert!(told.contains("\"errors\": {}"), "{told}");
    assert!(told.contains("\"operations\": 500"), "{told}");

    // One thing wrong at a time.
    for (name, sections, expected) in [
        (
            "stranger",
            tls("stranger.pem", true),
            "nobody that tls.ca trusts has signed",
        ),
        ("uninvited", tls("ca.pem", false), "certificate"),
        (
            "plain",
            String::new(),
            "it speaks TLS: [cluster.tls] in console.toml",
        ),
    ] {
        let file = config(dir, name, &addresses, &sections);
        let told = status(&file, name);
        assert!(told.contains(expected), "{name}: {told}");
    }
    let wrong = config(
        dir,
        "wrong",
        &addresses,
        &(tls("ca.pem", true) + &sasl("wrong")),
    );
    let pane = Pane::run(120, 35, &format!("--config {wrong}"));
    pane.wait("the refusal", |screen| {
        screen.contains("no session: it refuses our SASL identity")
    });
}
