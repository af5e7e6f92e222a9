//! Links over loopback: what the driver hears of them, and what it can do with them.

use std::str::FromStr;

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use zoowarden_shared::{
    Zxid,
    config::ServerSpec,
    file::snapshot::{SIGNATURE, body},
    jute::{Jute, put_bytes},
    quorum::{PacketType, QuorumPacket},
    stat::StatPersisted,
};

use super::*;
use crate::driver::Batch;

const PATIENCE: Duration = Duration::from_secs(20);

fn gathered(packets: &[QuorumPacket]) -> Gathered {
    let mut gathered = Gathered::default();
    packets.iter().for_each(|packet| gathered.push(packet));
    gathered
}

/// Stands for the id that the core gives a link that it dials.
fn dialled() -> LinkId {
    LinkId::accepted(1 << 40)
}

struct Member {
    port: Arc<QuorumPort>,
    inbox: Arc<Inbox>,
    closing: CancellationToken,
    waiting: std::collections::VecDeque<LinkMessage>,
}

impl Member {
    /// A member whose configuration has the leader at this port.
    fn new(leader: u16) -> Self {
        let inbox = Arc::new(Inbox::new());
        let closing = CancellationToken::new();
        let leader = ServerSpec::from_str(&format!("127.0.0.1:{leader}:65535")).unwrap();
        let members = DynamicConfig {
            servers: [(Sid(1), leader)].into(),
            ..DynamicConfig::default()
        };
        let settings = QuorumSettings {
            max_buffer: 1 << 20,
            dial_patience: PATIENCE,
        };
        let port = QuorumPort::new(Arc::clone(&inbox), &members, settings, closing.clone());
        Self {
            port: Arc::new(port),
            inbox,
            closing,
            waiting: std::collections::VecDeque::new(),
        }
    }

    async fn next(&mut self) -> LinkMessage {
        let waiting = async {
            loop {
                if let Some(message) = self.waiting.pop_front() {
                    return message;
                }
                let mut batch = Batch::default();
                self.inbox.take(&mut batch);
                self.waiting.extend(batch.links);
                if self.waiting.is_empty() {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
        };
        timeout(PATIENCE, waiting).await.unwrap()
    }

    async fn packets(&mut self, count: usize) -> Vec<QuorumPacket> {
        let mut packets = Vec::new();
        while packets.len() < count {
            match self.next().await {
                LinkMessage::Received(_, Received::Packets(more), _) => packets.extend(more),
                other => panic!("{other:?} after {} packets", packets.len()),
            }
        }
        packets
    }

    /// Dials a listener; both ends of the link.
    async fn connected() -> (Self, Arc<Link>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut member = Self::new(listener.local_addr().unwrap().port());
        member.port.dial(dialled(), Sid(1));
        let (stream, _) = listener.accept().await.unwrap();
        let link = match member.next().await {
            LinkMessage::Connected(link) => link,
            other => panic!("{other:?}"),
        };
        assert_eq!(link.id(), dialled());
        (member, link, stream)
    }

    /// The next message that is not about bytes.
    async fn end(&mut self) -> LinkMessage {
        loop {
            match self.next().await {
                LinkMessage::Received(..) => {}
                other => return other,
            }
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

fn packet(zxid: i64) -> QuorumPacket {
    let data = Bytes::from_static(b"transaction");
    QuorumPacket::new(PacketType::Proposal, Zxid(zxid), Some(data))
}

/// A SNAP packet, and the stream behind it with this many znodes of a kilobyte.
fn snapshot(znodes: usize) -> (BytesMut, usize) {
    let mut out = BytesMut::new();
    QuorumPacket::new(PacketType::Snap, Zxid(7), None).encode(&mut out);
    let start = out.len();
    body::put_count(&mut out, 0);
    body::put_count(&mut out, 0);
    let stat = StatPersisted::default();
    body::put_node(&mut out, "", None, -1, &stat);
    for number in 0..znodes {
        body::put_node(&mut out, &format!("/{number}"), Some(&[1; 1000]), -1, &stat);
    }
    body::put_end(&mut out);
    let length = out.len() - start;
    put_bytes(&mut out, SIGNATURE);
    (out, length)
}

#[tokio::test]
async fn packets_travel_both_ways_on_an_accepted_link() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut leader = Member::new(1);
    tokio::spawn(Arc::clone(&leader.port).serve(Listening::new("quorum", vec![listener])));
    let mut learner = TcpStream::connect(address).await.unwrap();
    let link = match leader.next().await {
        LinkMessage::Accepted(link) => link,
        other => panic!("{other:?}"),
    };
    assert_eq!(link.id(), LinkId::accepted(1));
    assert_eq!(link.remote(), learner.local_addr().unwrap());

    let bytes = packet(1).to_bytes().repeat(3);
    for part in bytes.chunks(7) {
        learner.write_all(part).await.unwrap();
        learner.flush().await.unwrap();
    }
    assert_eq!(leader.packets(3).await, vec![packet(1); 3]);

    link.send(gathered(&[packet(2)]));
    let mut sent = vec![0; packet(2).to_bytes().len()];
    learner.read_exact(&mut sent).await.unwrap();
    assert_eq!(sent, packet(2).to_bytes());

    let open = leader.port.open_links();
    let view = open.view(link.id()).unwrap();
    assert_eq!(view.remote, link.remote());
    assert!(view.established_wall_ms > 0);
    assert_eq!((view.received, view.sent, view.requests), (3, 1, 0));
    assert_eq!((view.queued_packets, view.queued_bytes), (0, 0));
    assert_eq!(view.last_zxid, packet(2).zxid.0);
    open.reset(link.id());
    let view = open.view(link.id()).unwrap();
    assert_eq!((view.received, view.sent, view.last_zxid), (0, 0, -1));
    drop(learner);
    assert!(matches!(leader.next().await, LinkMessage::Closed(id) if id == link.id()));
}

#[tokio::test]
async fn a_snapshot_comes_between_packets() {
    let (mut member, _link, mut leader) = Member::connected().await;
    let (stream, length) = snapshot(20);
    leader.write_all(&packet(1).to_bytes()).await.unwrap();
    leader.write_all(&stream).await.unwrap();
    leader.write_all(&packet(8).to_bytes()).await.unwrap();
    let first = member.packets(2).await;
    assert_eq!(first[1].packet_type(), Some(PacketType::Snap));
    let mut body = 0;
    loop {
        match member.next().await {
            LinkMessage::Received(_, Received::SnapshotChunk(chunk), _) => body += chunk.len(),
            LinkMessage::Received(_, Received::SnapshotEnd, _) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(body, length);
    assert_eq!(member.packets(1).await, [packet(8)]);
}

/// The disk holds the parts of a snapshot until it has written them: as long as it does not,
/// no more of them are read.
#[tokio::test]
async fn a_snapshot_is_read_no_faster_than_it_is_let_go() {
    let (mut member, link, mut leader) = Member::connected().await;
    let (stream, length) = snapshot(20_000);
    let writing = tokio::spawn(async move {
        leader.write_all(&stream).await.unwrap();
        leader
    });
    member.packets(1).await;
    let mut held = Vec::new();
    while held.len() < 64 {
        match member.next().await {
            LinkMessage::Received(_, Received::SnapshotChunk(chunk), _) => held.push(chunk),
            other => panic!("{other:?}"),
        }
    }
    let more = timeout(Duration::from_millis(100), member.next()).await;
    assert!(more.is_err(), "{more:?}");
    let mut body: usize = held.drain(..).map(|chunk| chunk.len()).sum();
    while body < length {
        match member.next().await {
            LinkMessage::Received(_, Received::SnapshotChunk(chunk), _) => body += chunk.len(),
            other => panic!("{other:?}"),
        }
    }
    let end = member.next().await;
    assert!(matches!(
        end,
        LinkMessage::Received(_, Received::SnapshotEnd, _)
    ));
    writing.await.unwrap();
    link.hang_up();
}

#[tokio::test]
async fn what_is_sent_raw_is_told_when_it_is_written() {
    let (mut member, link, mut leader) = Member::connected().await;
    link.send_raw(Bytes::from_static(b"small"));
    assert!(matches!(member.next().await, LinkMessage::Drained(_)));
    let large = Bytes::from(vec![5; 16 << 20]);
    link.send_raw(large.clone());
    let early = timeout(Duration::from_millis(100), member.next()).await;
    assert!(early.is_err(), "nobody has read it: {early:?}");
    // Packets that keep coming do not keep the news back.
    link.send(gathered(&[packet(1)]));
    let view = member.port.open_links().view(link.id()).unwrap();
    assert_eq!(view.queued_packets, 1, "{view:?}");
    let mut read = vec![0; 5 + large.len()];
    leader.read_exact(&mut read).await.unwrap();
    assert!(matches!(member.next().await, LinkMessage::Drained(_)));
    let mut packet = vec![0; packet(1).to_bytes().len()];
    leader.read_exact(&mut packet).await.unwrap();
    let gone = async {
        while member
            .port
            .open_links()
            .view(link.id())
            .unwrap()
            .queued_packets
            > 0
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, gone).await.unwrap();
}

#[tokio::test]
async fn a_paused_link_is_not_read() {
    let (mut member, link, mut leader) = Member::connected().await;
    link.pause_reading(true);
    // What is being read at this moment may still come.
    leader.write_all(&packet(1).to_bytes()).await.unwrap();
    member.packets(1).await;
    leader.write_all(&packet(2).to_bytes()).await.unwrap();
    let early = timeout(Duration::from_millis(100), member.next()).await;
    assert!(early.is_err(), "{early:?}");
    link.pause_reading(false);
    assert_eq!(member.packets(1).await, [packet(2)]);
}

#[tokio::test]
async fn a_link_that_is_hung_up_says_what_it_had_to_say() {
    let (mut member, link, mut leader) = Member::connected().await;
    let many = Bytes::from(packet(3).to_bytes().repeat(100_000));
    link.send(gathered(&vec![packet(3); 100_000]));
    link.hang_up();
    link.send(gathered(&[packet(4)]));
    let mut read = Vec::new();
    leader.read_to_end(&mut read).await.unwrap();
    assert_eq!(read, many);
    assert!(matches!(member.next().await, LinkMessage::Closed(_)));
}

#[tokio::test]
async fn a_member_that_does_not_read_is_let_go() {
    let (mut member, link, _leader) = Member::connected().await;
    let data = Some(Bytes::from(vec![0; 1 << 20]));
    let large = QuorumPacket::new(PacketType::Proposal, Zxid(1), data);
    for _ in 0..80 {
        link.send(gathered(std::slice::from_ref(&large)));
    }
    assert!(matches!(member.end().await, LinkMessage::Closed(_)));
}

#[tokio::test]
async fn nonsense_ends_the_link() {
    let (mut member, _link, mut leader) = Member::connected().await;
    leader.write_all(&[0x7f; 64]).await.unwrap();
    assert!(matches!(member.next().await, LinkMessage::Closed(_)));
    let mut rest = Vec::new();
    let _ = leader.read_to_end(&mut rest).await;
}

#[tokio::test]
async fn nobody_there_is_told_after_a_few_tries() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut member = Member::new(port);
    member.port.dial(dialled(), Sid(1));
    let failed = member.next().await;
    assert!(matches!(failed, LinkMessage::DialFailed(_)));
    member.port.dial(dialled(), Sid(99));
    let failed = member.next().await;
    assert!(matches!(failed, LinkMessage::DialFailed(_)));
}

#[tokio::test]
async fn who_comes_up_between_two_tries_is_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut member = Member::new(address.port());
    member.port.dial(dialled(), Sid(1));
    tokio::time::sleep(DIAL_PAUSE / 2).await;
    let _listener = TcpListener::bind(address).await.unwrap();
    assert!(matches!(member.next().await, LinkMessage::Connected(_)));
}
