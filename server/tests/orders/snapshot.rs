//! `snapshot` streams the state as of now.

use super::*;

/// A GET with credentials, as `curl` sends it: status, headers, body.
pub(super) fn download(ensemble: &Ensemble, sid: usize, who: &str) -> (u16, String, Vec<u8>) {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };
    let admin = ensemble.member(sid).admin_address();
    let mut stream = TcpStream::connect(admin).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "GET /commands/snapshot?streaming=true HTTP/1.0\r\nHost: x\r\nAuthorization: {who}\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer
        .windows(4)
        .position(|part| part == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head, answer[end + 4..].to_vec())
}

#[test]
fn it_holds_the_last_write_and_is_asked_for_seldom() {
    let mut ensemble = three();
    let leader = ensemble.wait_settled();
    let writer = ensemble.writer("w", &[1, 2, 3]);
    writer.wait_for_more(20);
    writer.finish();
    let equal = wait_equal(&mut ensemble);

    let (status, _, _) = download(&ensemble, leader, "basic eA==");
    assert_eq!(status, 401);
    let (status, head, bytes) = download(&ensemble, leader, OPERATOR);
    assert_eq!(status, 200, "{head}");
    let zxid = equal["zxid"].as_str().unwrap();
    assert!(
        head.contains(&format!("last_zxid: {zxid}")),
        "{head} {equal}"
    );
    assert!(
        head.contains(&format!("snapshot_size: {}", bytes.len())),
        "{head}"
    );
    let name = format!("snapshot.{}", &zxid[2..]);
    let file = std::fs::read(ensemble.member(leader).files().join(name)).unwrap();
    assert_eq!(file, bytes);
    let (status, head, _) = download(&ensemble, leader, OPERATOR);
    assert_eq!(status, 429, "{head}");
    let snapshot = "snapshot".to_owned();
    let log = audited(&ensemble, leader);
    assert!(log.contains(&(snapshot, Outcome::Done)), "{log:?}");
}
