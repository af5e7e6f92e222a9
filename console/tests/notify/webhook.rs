//! The webhook against a small server of ours: what it gets, and how often it is tried.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use zoowarden_console::{
    model::alarm::notice::{Channel, Delivery, Occasion, Urgency},
    notify::{
        Limits,
        settings::{NotifySettings, WebhookSettings},
        surroundings::Surroundings,
    },
};

use crate::support::{Told, notice, silence};

/// A server that gives these answers, one a connection, and keeps what it was sent.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn answering(answers: &'static [&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook?x=1", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        thread::spawn(move || {
            for (answer, stream) in answers.iter().zip(listener.incoming()) {
                let mut stream = stream.unwrap();
                kept.lock().unwrap().push(read_request(&mut stream));
                let head = "Content-Length: 0\r\nConnection: close\r\n\r\n";
                write!(stream, "HTTP/1.1 {answer}\r\n{head}").unwrap();
            }
        });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut piece = [0; 4096];
    loop {
        let n = stream.read(&mut piece).unwrap();
        text.push_str(std::str::from_utf8(&piece[..n]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if n == 0 || length.is_some_and(|length| length.parse() == Ok(body.len())) {
            return text;
        }
    }
}

async fn post(url: &str, secret_file: Option<PathBuf>) -> Delivery {
    let settings = NotifySettings {
        webhook: Some(WebhookSettings {
            url: url.parse().unwrap(),
            from: Urgency::Low,
            secret_file,
        }),
        ..silence()
    };
    let limits = Limits {
        webhook_backoffs: vec![Duration::from_millis(10); 2],
        ..Limits::default()
    };
    let mut told = Told::with(settings, &Surroundings::default(), limits);
    told.notifier
        .tell(&notice(1, Occasion::Began, Urgency::Critical));
    told.by(Channel::Webhook).await
}

fn secret(directory: &Path, text: &str, mode: u32) -> PathBuf {
    let file = directory.join("secret");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    file
}

#[tokio::test]
async fn a_server_that_fails_twice_is_tried_a_third_time() {
    let server = Server::answering(&["503 Busy", "500 Oops", "204 No Content"]);
    let directory = tempfile::tempdir().unwrap();
    let secret = secret(directory.path(), "Authorization: Bearer abc\n", 0o600);
    let delivery = post(&server.url, Some(secret)).await;
    assert_eq!((delivery.notice, delivery.result), (1, Ok(())));
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    let (head, body) = requests[2].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook?x=1 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("authorization: Bearer abc"), "{head}");
    let json: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&json["title"], &json["urgency"]),
        (&"member 2 is down".into(), &"critical".into())
    );
}

#[tokio::test]
async fn one_that_refuses_is_not_asked_again() {
    let server = Server::answering(&["403 Forbidden", "204 No Content"]);
    let why = post(&server.url, None).await.result.unwrap_err();
    assert_eq!(why, "403 Forbidden");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn one_that_is_away_is_given_up_after_three_tries() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let why = post(&url, None).await.result.unwrap_err();
    assert!(
        why.ends_with("tried 3 times") && why.contains("refused"),
        "{why}"
    );
}

#[tokio::test]
async fn a_secret_that_others_may_read_is_not_sent() {
    let server = Server::answering(&["204 No Content"]);
    let directory = tempfile::tempdir().unwrap();
    let secret = secret(directory.path(), "Authorization: Bearer abc", 0o644);
    let why = post(&server.url, Some(secret)).await.result.unwrap_err();
    assert!(why.ends_with("others may read it: chmod 600"), "{why}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn https_is_never_spoken_plainly() {
    let server = Server::answering(&[]);
    let url = server.url.replace("http:", "https:");
    assert!(post(&url, None).await.result.is_err());
    assert!(server.requests().is_empty());
}
