//! Apache ZooKeeper 3.8 (Debian's package `zookeeper`) with a secureClientPort, its stores once
//! PEM and once JKS, and a JAAS file for SASL.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use zoowarden_client::{
    ClientError, ConnectOptions, Connection, Connector, Identity, Proxy, Secret, Tls, TlsOptions,
    fourletter, http, speaks_tls,
};

use crate::papers::{Paper, Papers, private};

const DEADLINE: Duration = Duration::from_secs(30);
const PASSWORD: &str = "storepass";

/// A standalone server with both client ports, ended on drop.
struct Apache {
    server: Child,
    plain: String,
    secure: String,
    admin: String,
}

impl Drop for Apache {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where Apache finds its key and whom it trusts.
struct Stores {
    key: PathBuf,
    trust: PathBuf,
    password: &'static str,
}

impl Apache {
    async fn start(dir: &Path, stores: &Stores, connector: &Connector) -> Self {
        let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = held.each_ref().map(|one| one.local_addr().unwrap().port());
        drop(held);
        let [plain, secure, admin] = ports;
        let config = dir.join("zoo.cfg");
        let (key, trust) = (stores.key.display(), stores.trust.display());
        let mut lines = format!(
            "tickTime=2000\ndataDir={}\nclientPort={plain}\nsecureClientPort={secure}\n\
             4lw.commands.whitelist=*\nadmin.serverPort={admin}\nadmin.forceHttps=true\n\
             serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory\n\
             authProvider.sasl=org.apache.zookeeper.server.auth.SASLAuthenticationProvider\n",
            dir.join("data").display()
        );
        for prefix in ["ssl", "ssl.quorum"] {
            lines += &format!(
                "{prefix}.keyStore.location={key}\n{prefix}.trustStore.location={trust}\n"
            );
            if !stores.password.is_empty() {
                let password = stores.password;
                lines += &format!(
                    "{prefix}.keyStore.password={password}\n\
                     {prefix}.trustStore.password={password}\n"
                );
            }
        }
        fs::write(&config, lines).unwrap();
        let jaas = dir.join("jaas.conf");
        private(
            &jaas,
            "Server {\n org.apache.zookeeper.server.auth.DigestLoginModule required\n \
             user_op=\"hunter2\";\n};\n",
        );
        let server = Command::new("java")
            .args(["-cp", "/usr/share/java/*", "-Xmx256m"])
            .arg(format!(
                "-Djava.security.auth.login.config={}",
                jaas.display()
            ))
            .arg("org.apache.zookeeper.server.quorum.QuorumPeerMain")
            .arg(&config)
            .stdout(fs::File::create(dir.join("log")).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let local = |port: u16| format!("127.0.0.1:{port}");
        let apache = Self {
            server,
            plain: local(plain),
            secure: local(secure),
            admin: local(admin),
        };
        let started = Instant::now();
        while !ask(connector, &apache.secure)
            .await
            .is_ok_and(|text| text.contains("Mode:"))
        {
            let log = || fs::read_to_string(dir.join("log")).unwrap_or_default();
            assert!(
                started.elapsed() < DEADLINE,
                "Apache does not serve: {}",
                log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        apache
    }
}

async fn ask(connector: &Connector, addr: &str) -> Result<String, ClientError> {
    fourletter::ask_by(connector, addr, "srvr", Duration::from_secs(3)).await
}

fn secret(text: &str) -> Option<Secret> {
    Some(Secret::new(text.to_owned()))
}

async fn identities(connector: &Connector, addr: &str) -> Result<Vec<String>, String> {
    let connected = Connection::connect_by(connector, addr, ConnectOptions::default()).await;
    let (connection, _events) = connected.map_err(|error| error.to_string())?;
    let told = connection.who_am_i().await.unwrap().value;
    connection.close().await.unwrap();
    Ok(told
        .into_iter()
        .map(|one| format!("{}:{}", one.auth_scheme, one.user))
        .collect())
}

/// PEM stores: the key and its certificate in one file.
fn pem(papers: &Papers, server: &Paper) -> Stores {
    let key = papers.dir().join("store.pem");
    let parts = [&server.key, &server.cert].map(|file| fs::read_to_string(file).unwrap());
    fs::write(&key, parts.concat()).unwrap();
    Stores {
        key,
        trust: papers.ca(),
        password: "",
    }
}

/// JKS stores, made as an operator would.
fn jks(papers: &Papers, server: &Paper) -> Stores {
    let (p12, key, trust) = ["s.p12", "s.jks", "t.jks"]
        .map(|name| papers.dir().join(name))
        .into();
    let run = |program: &str, line: &str| {
        let done = Command::new(program)
            .args(line.split(' '))
            .output()
            .unwrap();
        assert!(done.status.success(), "{program}: {done:?}");
    };
    let show = |path: &Path| path.display().to_string();
    run(
        "openssl",
        &format!(
            "pkcs12 -export -name zk -in {} -inkey {} -out {} -passout pass:{PASSWORD}",
            show(&server.cert),
            show(&server.key),
            show(&p12)
        ),
    );
    run(
        "keytool",
        &format!(
            "-importkeystore -srcstoretype PKCS12 -srckeystore {} -srcstorepass {PASSWORD} \
             -deststoretype JKS -destkeystore {} -deststorepass {PASSWORD}",
            show(&p12),
            show(&key)
        ),
    );
    run(
        "keytool",
        &format!(
            "-importcert -noprompt -alias ca -file {} -storetype JKS -keystore {} \
             -storepass {PASSWORD}",
            show(&papers.ca()),
            show(&trust)
        ),
    );
    Stores {
        key,
        trust,
        password: PASSWORD,
    }
}

#[tokio::test]
#[ignore = "needs Java and Debian's zookeeper: cargo test -p zoowarden-client -- --ignored"]
async fn apache_with_pem_stores() {
    let papers = Papers::new("ours");
    let server = papers.sign("zk", &["127.0.0.1"], |_| {});
    let operator = papers.sign("op", &["operator"], |_| {});
    let tls = || papers.tls(Some(&operator));
    let nobody = Connector::new(None, Some(tls()), Identity::default());
    let apache = Apache::start(papers.dir(), &pem(&papers, &server), &nobody).await;

    // mTLS: the certificate is an identity.
    let by_certificate = identities(&nobody, &apache.secure).await.unwrap();
    assert!(
        by_certificate
            .iter()
            .any(|one| one.starts_with("x509:CN=op")),
        "{by_certificate:?}"
    );
    let certificate = nobody.certificate(&apache.secure).unwrap();
    assert_eq!(certificate.names, ["127.0.0.1"]);
    // The AdminServer's https.
    let path = "/commands/configuration";
    let answer = http::get_by(&nobody, &apache.admin, path, DEADLINE)
        .await
        .unwrap();
    assert!(
        answer.status == 200 && answer.body.contains("client_port"),
        "{answer:?}"
    );

    // As whom: digest and SASL, each told back by whoAmI.
    let both = Identity {
        digest: secret("op:hunter2"),
        sasl: secret("op:hunter2"),
    };
    for (tls, addr) in [(Some(tls()), &apache.secure), (None, &apache.plain)] {
        let told = identities(&Connector::new(None, tls, both.clone()), addr)
            .await
            .unwrap();
        assert!(told.contains(&"sasl:op".to_owned()), "{told:?}");
        assert!(told.contains(&"digest:op".to_owned()), "{told:?}");
    }
    let wrong = Identity {
        sasl: secret("op:wrong"),
        ..Identity::default()
    };
    let told = identities(&Connector::new(None, None, wrong), &apache.plain)
        .await
        .unwrap_err();
    assert!(
        told.contains("it refuses our SASL identity: AuthFailed"),
        "{told}"
    );

    // Through a command, and TLS through it.
    let netcat = "exec 3<>/dev/tcp/$0/$1 4<&0; cat <&4 >&3 & cat <&3; kill $!";
    let argv = ["bash", "-c", netcat, "%h", "%p"]
        .map(str::to_owned)
        .to_vec();
    let proxy = Proxy::new(argv, None).unwrap();
    let by_command = Connector::new(Some(proxy), Some(tls()), both);
    assert!(
        ask(&by_command, &apache.secure)
            .await
            .unwrap()
            .contains("Mode: standalone")
    );
    assert!(identities(&by_command, &apache.secure).await.is_ok());

    // What goes wrong.
    let uninvited = Connector::new(None, Some(papers.tls(None)), Identity::default());
    let told = ask(&uninvited, &apache.secure)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        told.contains("client's certificate") || told.contains("our certificate"),
        "{told}"
    );
    let told = ask(&nobody, &apache.plain).await.unwrap_err().to_string();
    assert!(told.contains("this may be its plain port"), "{told}");
    let plain = Connector::default();
    assert!(
        !ask(&plain, &apache.secure)
            .await
            .is_ok_and(|text| text.contains("Mode"))
    );
    assert!(speaks_tls(&plain, &apache.secure, DEADLINE).await);
    assert!(!speaks_tls(&plain, &apache.plain, DEADLINE).await);
}

#[tokio::test]
#[ignore = "needs Java and Debian's zookeeper: cargo test -p zoowarden-client -- --ignored"]
async fn apache_with_jks_stores() {
    let papers = Papers::new("ours");
    let server = papers.sign("zk", &["127.0.0.1"], |_| {});
    let operator = papers.sign("op", &["operator"], |_| {});
    let connector = Connector::new(None, Some(papers.tls(Some(&operator))), Identity::default());
    let stores = jks(&papers, &server);
    let apache = Apache::start(papers.dir(), &stores, &connector).await;
    assert!(identities(&connector, &apache.secure).await.is_ok());

    // Its trust store in place of PEM: the line that is told makes a file that will do.
    let options = TlsOptions {
        ca: Some(stores.trust.clone()),
        ..papers.options()
    };
    let told = Tls::load(&options).unwrap_err();
    let (_, line) = told.split_once("keytool ").unwrap();
    let line = line.strip_suffix(" > ca.pem").unwrap();
    let mut keytool = Command::new("keytool");
    let listed = keytool
        .args(line.split(' '))
        .args(["-storepass", PASSWORD])
        .output()
        .unwrap();
    let converted = papers.dir().join("converted.pem");
    fs::write(&converted, listed.stdout).unwrap();
    let tls = Tls::load(&TlsOptions {
        ca: Some(converted),
        identity: Some((operator.cert, operator.key)),
        ..papers.options()
    });
    let connector = Connector::new(None, Some(tls.unwrap()), Identity::default());
    assert!(ask(&connector, &apache.secure).await.is_ok());
}
