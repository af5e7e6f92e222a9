//! A command as the way there: what it carries, how it ends, and what of it is told.

use std::time::{Duration, Instant};

use zoowarden_client::{
    ClientError, ConnectOptions, Connection, Connector, Identity, Proxy, Tls, fourletter,
};

use crate::{
    papers::Papers,
    server::{plain, secure},
};

const DEADLINE: Duration = Duration::from_secs(5);
/// What netcat does, where there is none.
const NETCAT: &str = "exec 3<>/dev/tcp/$0/$1 4<&0; cat <&4 >&3 & cat <&3; kill $!";

fn through(script: &str, tls: Option<Tls>) -> Connector {
    let argv = ["bash", "-c", script, "%h", "%p"];
    let argv = argv.iter().map(|&part| part.to_owned()).collect();
    let proxy = Proxy::new(argv, Some("test".to_owned())).unwrap();
    Connector::new(Some(proxy), tls, Identity::default())
}

async fn ask(connector: &Connector, addr: &str) -> Result<String, ClientError> {
    fourletter::ask_by(connector, addr, "srvr", DEADLINE).await
}

#[tokio::test]
async fn a_word_goes_through_a_command_and_tls_through_it_too() {
    let addr = plain().await;
    let answer = ask(&through(NETCAT, None), &addr).await.unwrap();
    assert_eq!(answer, "answer to srvr\n");

    let papers = Papers::new("ours");
    let addr = secure(&papers.sign("zk", &["127.0.0.1"], |_| {}), None).await;
    let connector = through(NETCAT, Some(papers.tls(None)));
    assert_eq!(ask(&connector, &addr).await.unwrap(), "answer to srvr\n");
    assert!(connector.certificate(&addr).is_some());
}

#[tokio::test]
async fn its_last_words_are_the_reason() {
    for (script, expected) in [
        (
            "echo hello >&2; echo no route to bastion >&2; exit 255",
            "no route to bastion",
        ),
        // What ssh says of a port that nobody listens on, in its order.
        (
            "echo connect failed: Connection refused >&2; echo stdio forwarding failed >&2; exit 1",
            "connect failed: Connection refused",
        ),
        ("exit 3", "ended with exit status: 3"),
        ("kill -9 $$", "ended with signal: 9 (SIGKILL)"),
    ] {
        let told = ask(&through(script, None), "zk1:2181").await.unwrap_err();
        assert_eq!(told.to_string(), format!("zk1:2181: via: {expected}"));
        let options = ConnectOptions::default();
        let session = Connection::connect_by(&through(script, None), "zk1:2181", options).await;
        let told = session.unwrap_err();
        assert_eq!(told.to_string(), format!("zk1:2181: via: {expected}"));
    }
    let argv = ["/nowhere/ssh", "%h", "%p"].map(str::to_owned).to_vec();
    let absent = Connector::new(
        Some(Proxy::new(argv, None).unwrap()),
        None,
        Identity::default(),
    );
    let told = ask(&absent, "zk1:2181").await.unwrap_err().to_string();
    assert!(
        told.starts_with("zk1:2181: via: cannot run /nowhere/ssh: No such file"),
        "{told}"
    );
    let told = ask(&absent, "-oProxyCommand=x:1").await.unwrap_err();
    assert!(
        told.to_string()
            .ends_with("is no host:port that a command may be given")
    );
}

#[tokio::test]
async fn an_answer_counts_whatever_the_command_says_at_its_end() {
    let script = "head -c 4 >/dev/null; echo -n imok; echo Connection closed. >&2; exit 1";
    assert_eq!(
        ask(&through(script, None), "zk1:2181").await.unwrap(),
        "imok"
    );
}

#[tokio::test]
async fn it_is_killed_with_the_connection_and_so_are_its_children() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let script = format!("sleep 60 & echo $$ $! > {}; wait", pids.display());
    let connector = through(&script, None);
    let deadline = Duration::from_secs(1);
    let told = fourletter::ask_by(&connector, "zk1:2181", "srvr", deadline).await;
    assert!(matches!(told, Err(ClientError::Deadline { .. })));
    let pids = std::fs::read_to_string(&pids).unwrap();
    let started = Instant::now();
    for pid in pids.split_whitespace() {
        // A zombie that init has not reaped yet runs no more.
        let runs = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        while runs() {
            assert!(started.elapsed() < DEADLINE, "{pid} still runs");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn so_many_run_at_once_and_more_wait() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!("touch {}/$$; cat", dir.path().display());
    let connector = through(&script, None);
    let asking: Vec<_> = (0..40)
        .map(|_| {
            let connector = connector.clone();
            tokio::spawn(async move {
                let deadline = Duration::from_secs(4);
                fourletter::ask_by(&connector, "zk1:2181", "srvr", deadline).await
            })
        })
        .collect();
    let count = || std::fs::read_dir(dir.path()).unwrap().count();
    let started = Instant::now();
    while count() < 32 {
        assert!(started.elapsed() < DEADLINE, "{} run", count());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(count(), 32, "8 wait for a place");
    for one in asking {
        one.abort();
    }
}
