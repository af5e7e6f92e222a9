//! TLS: what passes, and the one line that each thing that does not pass is told in.

use std::{
    fs,
    io::{ErrorKind, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    time::Duration,
};

use rcgen::date_time_ymd;
use zoowarden_client::{Connector, Identity, Tls, TlsOptions, TlsOver, fourletter, speaks_tls};

use crate::{
    papers::{Papers, private},
    server::{plain, secure},
};

const DEADLINE: Duration = Duration::from_secs(5);

fn connector(tls: Tls) -> Connector {
    Connector::new(None, Some(tls), Identity::default())
}

/// What a word is answered by, or why not, without the address.
async fn ask(connector: &Connector, addr: &str) -> String {
    match fourletter::ask_by(connector, addr, "srvr", DEADLINE).await {
        Ok(text) => text,
        Err(error) => error.to_string().replace(addr, "it"),
    }
}

#[tokio::test]
async fn a_word_goes_over_tls_and_the_certificate_is_kept() {
    let papers = Papers::new("test authority");
    let addr = secure(&papers.sign("zk1", &["127.0.0.1", "zk1"], |_| {}), None).await;
    let connector = connector(papers.tls(None));
    assert_eq!(connector.certificate(&addr), None);
    assert_eq!(ask(&connector, &addr).await, "answer to srvr\n");
    let certificate = connector.certificate(&addr).unwrap();
    assert_eq!(certificate.names, ["127.0.0.1", "zk1"]);
    assert_eq!(certificate.issuer, "CN=test authority");
    assert!(certificate.days_left(0) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_its_owner_drives_speaks_it_blocking_and_not() {
    let papers = Papers::new("ours");
    let addr = secure(&papers.sign("zk", &["127.0.0.1"], |_| {}), None).await;
    let tls = papers.tls(None);
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TlsOver::open(&tls, &addr, TcpStream::connect(&addr).unwrap()).unwrap();
        stream.socket().set_nonblocking(true).unwrap();
        let nothing = stream.read(&mut [0; 8]).unwrap_err();
        assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
        stream.socket().set_nonblocking(false).unwrap();
        let mut stream = stream.map(|socket| socket.try_clone().unwrap());
        stream.write_all(b"srvr").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let plain = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = plain.local_addr().unwrap().to_string();
        let socket = TcpStream::connect(&addr).unwrap();
        drop(plain.accept().unwrap());
        let refused = TlsOver::open(&tls, &addr, socket).unwrap_err().to_string();
        (answer, refused.replace(&addr, "it"))
    });
    let (answer, refused) = asked.await.unwrap();
    assert_eq!(answer, "answer to srvr\n");
    assert!(refused.starts_with("it: TLS: "), "{refused}");
}

#[tokio::test]
async fn a_certificate_that_does_not_pass_is_told_in_a_line() {
    let (papers, others) = (Papers::new("ours"), Papers::new("theirs"));
    let here = ["127.0.0.1"];
    let usual = connector(papers.tls(None));

    let stranger = secure(&others.sign("zk", &here, |_| {}), None).await;
    assert_eq!(
        ask(&usual, &stranger).await,
        "it: TLS: nobody that tls.ca trusts has signed its certificate"
    );
    let past = papers.sign("past", &here, |params| {
        params.not_after = date_time_ymd(2020, 1, 1);
    });
    let told = ask(&usual, &secure(&past, None).await).await;
    assert!(
        told.starts_with("it: TLS: its certificate expired "),
        "{told}"
    );
    let future = papers.sign("future", &here, |params| {
        params.not_before = date_time_ymd(4000, 1, 1);
    });
    let told = ask(&usual, &secure(&future, None).await).await;
    assert!(
        told.starts_with("it: TLS: its certificate begins in "),
        "{told}"
    );
    let elsewhere = secure(&papers.sign("else", &["zk9.internal"], |_| {}), None).await;
    assert_eq!(
        ask(&usual, &elsewhere).await,
        "it: TLS: its certificate is for zk9.internal, not for 127.0.0.1 (tls.server_name)"
    );

    let named = |name: Option<&str>, verify_hostname| {
        connector(
            Tls::load(&TlsOptions {
                server_name: name.map(str::to_owned),
                verify_hostname,
                ..papers.options()
            })
            .unwrap(),
        )
    };
    let internal = named(Some("zk9.internal"), true);
    assert_eq!(ask(&internal, &elsewhere).await, "answer to srvr\n");
    let lenient = named(None, false);
    assert_eq!(ask(&lenient, &elsewhere).await, "answer to srvr\n");
    // Any host's certificate, not anybody's.
    assert!(
        ask(&lenient, &stranger)
            .await
            .contains("nobody that tls.ca trusts")
    );
    assert!(
        ask(&lenient, &secure(&past, None).await)
            .await
            .contains("expired")
    );
}

#[tokio::test]
async fn a_member_may_ask_for_our_certificate() {
    let (papers, others) = (Papers::new("ours"), Papers::new("theirs"));
    let zk = papers.sign("zk", &["127.0.0.1"], |_| {});
    let addr = secure(&zk, Some(&papers)).await;
    let operator = papers.sign("op", &["operator"], |_| {});
    let with_ours = connector(papers.tls(Some(&operator)));
    assert_eq!(ask(&with_ours, &addr).await, "answer to srvr\n");
    assert_eq!(
        ask(&connector(papers.tls(None)), &addr).await,
        "it: TLS: it asks for a client's certificate: tls.cert and tls.key"
    );
    let foreign = others.sign("op", &["operator"], |_| {});
    let told = ask(&connector(papers.tls(Some(&foreign))), &addr).await;
    assert!(
        told.starts_with("it: TLS: it refuses our certificate ("),
        "{told}"
    );
}

#[tokio::test]
async fn one_side_without_tls_is_told() {
    let papers = Papers::new("ours");
    let secure = secure(&papers.sign("zk", &["127.0.0.1"], |_| {}), None).await;
    let plain = plain().await;
    assert_eq!(
        ask(&connector(papers.tls(None)), &plain).await,
        "it: TLS: it hung up on TLS: this may be its plain port, or it refuses our certificate"
    );
    let without = Connector::default();
    assert!(speaks_tls(&without, &secure, DEADLINE).await);
    assert!(!speaks_tls(&without, &plain, DEADLINE).await);
    assert!(!speaks_tls(&without, "127.0.0.1:1", DEADLINE).await);
}

#[test]
fn files_that_will_not_do_are_told_with_what_mends_them() {
    let papers = Papers::new("ours");
    let operator = papers.sign("op", &["operator"], |_| {});
    let load = |change: &dyn Fn(&mut TlsOptions)| {
        let mut options = papers.options();
        change(&mut options);
        Tls::load(&options).unwrap_err()
    };
    let file = |name: &str, bytes: &[u8]| {
        let file = papers.dir().join(name);
        fs::write(&file, bytes).unwrap();
        file
    };

    let jks = file("trust.jks", &[0xfe, 0xed, 0xfe, 0xed, 0, 0]);
    let told = load(&|options| options.ca = Some(jks.clone()));
    assert!(
        told.contains("keytool -list -rfc -keystore") && told.contains("> ca.pem"),
        "{told}"
    );
    let empty = file("empty.pem", b"nothing\n");
    assert!(load(&|options| options.ca = Some(empty.clone())).contains("no certificate in it"));
    let away = papers.dir().join("away.pem");
    assert!(load(&|options| options.ca = Some(away.clone())).contains("No such file"));

    let key = |path: std::path::PathBuf| {
        load(&move |options| options.identity = Some((operator.cert.clone(), path.clone())))
    };
    let open = papers.sign("open", &["operator"], |_| {}).key;
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(key(open).ends_with("others may read this key: chmod 600"));
}

#[test]
fn keys_that_cannot_be_read_are_told() {
    let papers = Papers::new("ours");
    let operator = papers.sign("op", &["operator"], |_| {});
    let other = papers.sign("other", &["operator"], |_| {});
    let load = |key: &std::path::Path| {
        let told = Tls::load(&TlsOptions {
            identity: Some((operator.cert.clone(), key.to_owned())),
            ..papers.options()
        });
        told.unwrap_err()
    };
    let encrypted = papers.dir().join("encrypted.key");
    let text = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    private(&encrypted, text);
    assert!(load(&encrypted).contains("the key is encrypted: openssl pkey -in "));
    let told = load(&other.key);
    assert!(told.contains("other.key: not the key of "), "{told}");
}
