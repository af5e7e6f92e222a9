//! Two ports against each other, and one against bytes.

use std::{net::SocketAddr, str::FromStr};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::timeout,
};
use zoowarden_shared::{
    Zxid,
    config::ServerSpec,
    election::{PeerState, next_message},
};

use super::*;
use crate::driver::Batch;

const PATIENCE: Duration = Duration::from_secs(20);

/// A member's election port and what its driver would hear.
struct Member {
    port: Arc<ElectionPort>,
    inbox: Arc<Inbox>,
    closing: CancellationToken,
    address: SocketAddr,
    heard: Vec<String>,
}

/// An ensemble of these members on free ports. The ports of `silent` ones are bound only.
async fn listeners(count: usize) -> Vec<TcpListener> {
    let mut listeners = Vec::new();
    for _ in 0..count {
        listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
    }
    listeners
}

fn config(listeners: &[TcpListener]) -> DynamicConfig {
    let addresses = listeners
        .iter()
        .map(|listener| listener.local_addr().unwrap());
    let servers = (1..).zip(addresses).map(|(sid, address)| {
        let line = format!("127.0.0.1:1:{}", address.port());
        (Sid(sid), ServerSpec::from_str(&line).unwrap())
    });
    DynamicConfig {
        servers: servers.collect(),
        ..DynamicConfig::default()
    }
}

impl Member {
    fn new(sid: i64, config: &DynamicConfig, address: SocketAddr) -> Self {
        let inbox = Arc::new(Inbox::new());
        let closing = CancellationToken::new();
        let port = ElectionPort::new(Sid(sid), config, Arc::clone(&inbox), closing.clone());
        Self {
            port: Arc::new(port),
            inbox,
            closing,
            address,
            heard: Vec::new(),
        }
    }

    fn serve(self, listener: TcpListener) -> Self {
        tokio::spawn(Arc::clone(&self.port).serve(Listening::new("election", vec![listener])));
        self
    }

    fn say(&self, to: i64, round: i64) {
        self.port.send(Sid(to), &vote(round));
    }

    fn gather(&mut self) {
        let mut batch = Batch::default();
        self.inbox.take(&mut batch);
        self.heard
            .extend(batch.votes.iter().map(|input| match input {
                Input::Vote { from, notification } => {
                    format!("{from} says {}", notification.election_epoch)
                }
                Input::ElectionLink { sid, up: true } => format!("{sid} up"),
                Input::ElectionLink { sid, up: false } => format!("{sid} down"),
                Input::Link(..) => unreachable!(),
            }));
    }

    /// Waits until this was heard so many times.
    async fn hears(&mut self, what: &str, times: usize) {
        let waiting = async {
            loop {
                self.gather();
                if self.heard.iter().filter(|heard| *heard == what).count() >= times {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let waited = timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "no \"{what}\" in {:?}", self.heard);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

fn vote(round: i64) -> Notification {
    Notification {
        state: PeerState::Looking,
        leader: Sid(1),
        zxid: Zxid(0x1_0000_0005),
        election_epoch: round,
        peer_epoch: 1,
        version: Notification::VERSION,
        config: Some("version=0".to_owned()),
        extension: Bytes::new(),
    }
}

/// Members 1 and 2, both listening.
async fn two() -> (Member, Member) {
    let mut listeners = listeners(2).await;
    let config = config(&listeners);
    let address = |listener: &TcpListener| listener.local_addr().unwrap();
    let two = listeners.pop().unwrap();
    let one = listeners.pop().unwrap();
    (
        Member::new(1, &config, address(&one)).serve(one),
        Member::new(2, &config, address(&two)).serve(two),
    )
}

/// A socket that has introduced itself as this member.
async fn introduced(to: SocketAddr, sid: i64) -> TcpStream {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let mut bytes = BytesMut::new();
    Handshake::new(Sid(sid), vec![HostPort::any(1)]).encode(&mut bytes);
    stream.write_all(&bytes).await.unwrap();
    stream
}

async fn next_round(stream: &mut TcpStream, buffer: &mut BytesMut) -> i64 {
    loop {
        if let Some(message) = next_message(buffer).unwrap() {
            return Notification::from_bytes(message).unwrap().election_epoch;
        }
        let read = timeout(PATIENCE, stream.read_buf(buffer)).await.unwrap();
        assert_ne!(read.unwrap(), 0, "it closed the connection");
    }
}

async fn is_closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    // A reset is an end too.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut rest))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_larger_sid_keeps_the_connection_that_it_dials() {
    let (mut one, mut two) = two().await;
    two.say(1, 7);
    one.hears("2 says 7", 1).await;
    one.say(2, 8);
    two.hears("1 says 8", 1).await;
    two.gather();
    assert_eq!(two.heard, ["1 up", "1 says 8"]);
    assert_eq!(one.heard, ["2 up", "2 says 7"]);
}

#[tokio::test]
async fn a_smaller_sid_is_dialled_back() {
    let (mut one, mut two) = two().await;
    one.say(2, 7);
    two.hears("1 says 7", 1).await;
    one.hears("2 up", 1).await;
}

#[tokio::test]
async fn both_dialling_at_once_end_with_one_connection() {
    let (mut one, mut two) = two().await;
    one.say(2, 1);
    two.say(1, 2);
    two.hears("1 says 1", 1).await;
    one.hears("2 says 2", 1).await;
    one.say(2, 3);
    two.say(1, 4);
    two.hears("1 says 3", 1).await;
    one.hears("2 says 4", 1).await;
}

#[tokio::test]
async fn what_was_said_to_nobody_there_is_said_when_it_comes() {
    let mut listeners = listeners(2).await;
    let config = config(&listeners);
    let late = listeners.pop().unwrap();
    let late_address = late.local_addr().unwrap();
    drop(late);
    let one = Member::new(1, &config, listeners[0].local_addr().unwrap());
    let one = one.serve(listeners.pop().unwrap());
    for round in 1..=5 {
        one.say(2, round);
    }
    let late = TcpListener::bind(late_address).await.unwrap();
    let mut two = Member::new(2, &config, late_address).serve(late);
    two.hears("1 says 5", 1).await;
    let said: Vec<_> = two
        .heard
        .iter()
        .filter(|heard| heard.contains("says"))
        .collect();
    assert!(said.iter().all(|said| *said == "1 says 5"), "{said:?}");
}

#[tokio::test]
async fn a_new_connection_begins_with_the_last_message() {
    let (mut one, _two) = two().await;
    let mut buffer = BytesMut::new();
    let mut first = introduced(one.address, 5).await;
    one.hears("5 up", 1).await;
    one.say(5, 9);
    assert_eq!(next_round(&mut first, &mut buffer).await, 9);
    let mut second = introduced(one.address, 5).await;
    assert_eq!(next_round(&mut second, &mut buffer).await, 9);
    is_closed(&mut first).await;
    one.hears("5 up", 2).await;
    assert_eq!(one.heard, ["5 up", "5 down", "5 up"]);
}

#[tokio::test]
async fn the_bytes_of_apache_are_understood() {
    let (mut one, _two) = two().await;
    let mut stream = TcpStream::connect(one.address).await.unwrap();
    // What a member of Apache 3.8.0 with myid 3 wrote: its handshake, and its first vote.
    let recorded = [
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0][..],
        &[0, 0, 0, 0, 0, 0, 0, 3],
        &[0, 0, 0, 15],
        b"127.0.0.1:23883",
        &[0, 0, 0, 44 + 9],
        &[0, 0, 0, 0],
        &[0, 0, 0, 0, 0, 0, 0, 3],
        &[0; 8],
        &[0, 0, 0, 0, 0, 0, 0, 1],
        &[0; 8],
        &[0, 0, 0, 2],
        &[0, 0, 0, 9],
        b"version=0",
    ];
    stream.write_all(&recorded.concat()).await.unwrap();
    one.hears("3 says 1", 1).await;
    // And one of 3.4: the sid alone, 40 bytes of vote.
    let mut old = TcpStream::connect(one.address).await.unwrap();
    let mut bytes = BytesMut::from(&4_i64.to_be_bytes()[..]);
    put_message(&mut bytes, &vote(6).to_bytes()[..40]);
    old.write_all(&bytes).await.unwrap();
    one.hears("4 says 6", 1).await;
}

#[tokio::test]
async fn garbage_closes_its_own_connection_only() {
    let (mut one, mut two) = two().await;
    two.say(1, 1);
    one.hears("2 says 1", 1).await;
    let mut shouts = TcpStream::connect(one.address).await.unwrap();
    shouts.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    is_closed(&mut shouts).await;
    let mut own = introduced(one.address, 1).await;
    is_closed(&mut own).await;
    let mut liar = introduced(one.address, 5).await;
    one.hears("5 up", 1).await;
    liar.write_all(&0x7fff_ffff_i32.to_be_bytes())
        .await
        .unwrap();
    is_closed(&mut liar).await;
    one.hears("5 down", 1).await;
    one.say(2, 2);
    two.hears("1 says 2", 1).await;
    assert!(!one.heard.contains(&"2 down".to_owned()), "{:?}", one.heard);
}

#[tokio::test]
async fn zookeeper_3769_a_malformed_vote_is_passed_over() {
    let (mut one, _two) = two().await;
    let mut stream = introduced(one.address, 5).await;
    let mut bytes = BytesMut::new();
    put_message(&mut bytes, b"short");
    put_message(&mut bytes, &vote(3).to_bytes());
    stream.write_all(&bytes).await.unwrap();
    one.hears("5 says 3", 1).await;
    assert_eq!(one.heard, ["5 up", "5 says 3"]);
}

#[tokio::test]
async fn a_smaller_sid_that_is_not_in_the_configuration_is_dialled_where_it_says() {
    let (_one, mut two) = two().await;
    let stranger = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = stranger.local_addr().unwrap();
    let mut stream = TcpStream::connect(two.address).await.unwrap();
    let mut bytes = BytesMut::new();
    let here = HostPort::new("127.0.0.1", address.port());
    Handshake::new(Sid(0), vec![here]).encode(&mut bytes);
    stream.write_all(&bytes).await.unwrap();
    is_closed(&mut stream).await;
    let (mut back, _) = timeout(PATIENCE, stranger.accept()).await.unwrap().unwrap();
    let mut buffer = BytesMut::new();
    let handshake = loop {
        back.read_buf(&mut buffer).await.unwrap();
        if let Some(handshake) = Handshake::decode_from(&mut buffer).unwrap() {
            break handshake;
        }
    };
    assert_eq!(handshake.sid, Sid(2));
    two.hears("0 up", 1).await;
    two.say(0, 4);
    assert_eq!(next_round(&mut back, &mut buffer).await, 4);
}

#[tokio::test]
async fn the_port_is_closed_when_the_member_stops() {
    let (mut one, two) = two().await;
    two.say(1, 1);
    one.hears("2 up", 1).await;
    two.closing.cancel();
    one.hears("2 down", 1).await;
    let refused = async {
        while TcpStream::connect(two.address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, refused).await.unwrap();
}
