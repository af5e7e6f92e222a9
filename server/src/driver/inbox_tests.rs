//! What the inbox takes, and what waits for what.

use zoowarden_shared::{
    Sid, Zxid,
    election::{Notification, PeerState},
};

use zoowarden_peer::ConnId;
use zoowarden_zab as zab;

use super::{
    inbox::{Inbox, LINK_BYTES, MESSAGES_PER_BATCH, NETWORK_BYTES, Stopped, VOTES_PER_SID},
    message::{Batch, Control, NetMessage},
};
use crate::net::{LinkMessage, Received};

fn frames(bytes: usize) -> NetMessage {
    NetMessage::Frames(ConnId(1), vec![0; bytes].into())
}

#[tokio::test]
async fn a_full_network_queue_makes_senders_wait_but_never_the_disk() {
    let inbox = Inbox::new();
    inbox.send_net(frames(NETWORK_BYTES)).await.unwrap();
    let waiting = inbox.send_net(frames(1));
    tokio::pin!(waiting);
    assert!(poll_once(&mut waiting).await.is_none(), "no room is left");
    inbox.send_control(Control::Stop).unwrap();

    let mut batch = Batch::default();
    inbox.take(&mut batch);
    assert_eq!((batch.net.len(), batch.control.len()), (1, 1));
    assert_eq!(poll_once(&mut waiting).await, Some(Ok(())));
}

#[tokio::test]
async fn a_frame_larger_than_the_bound_still_passes() {
    let inbox = Inbox::new();
    inbox.send_net(frames(NETWORK_BYTES * 2)).await.unwrap();
    let mut batch = Batch::default();
    inbox.take(&mut batch);
    assert_eq!(batch.net.len(), 1);
    inbox.send_net(frames(NETWORK_BYTES)).await.unwrap();
}

#[tokio::test]
async fn one_wake_takes_a_bounded_number_of_messages_in_order() {
    let inbox = Inbox::new();
    for id in 0..300 {
        inbox
            .send_net(NetMessage::Closed(ConnId(id)))
            .await
            .unwrap();
    }
    let mut batch = Batch::default();
    inbox.take(&mut batch);
    assert_eq!(batch.net.len(), MESSAGES_PER_BATCH);
    batch.net.clear();
    inbox.take(&mut batch);
    let first = batch.net.first();
    assert!(matches!(first, Some(NetMessage::Closed(ConnId(256)))));
}

#[tokio::test]
async fn links_and_clients_never_wait_for_each_other() {
    let inbox = Inbox::new();
    inbox.send_net(frames(NETWORK_BYTES)).await.unwrap();
    let packets = |bytes| {
        let received = Received::Packets(Vec::new());
        LinkMessage::Received(zab::LinkId::accepted(1), received, bytes)
    };
    inbox.send_link(packets(LINK_BYTES)).await.unwrap();
    let waiting = inbox.send_link(packets(1));
    tokio::pin!(waiting);
    assert!(poll_once(&mut waiting).await.is_none(), "no room is left");

    let mut batch = Batch::default();
    inbox.take(&mut batch);
    assert_eq!((batch.net.len(), batch.links.len()), (1, 1));
    assert_eq!(poll_once(&mut waiting).await, Some(Ok(())));
}

#[test]
fn of_too_many_votes_the_oldest_is_forgotten_and_nothing_else() {
    let inbox = Inbox::new();
    let vote = |sid, round| zab::Input::Vote {
        from: Sid(sid),
        notification: Notification {
            state: PeerState::Looking,
            leader: Sid(1),
            zxid: Zxid::ZERO,
            election_epoch: round,
            peer_epoch: 0,
            version: Notification::VERSION,
            config: None,
            extension: bytes::Bytes::new(),
        },
    };
    let up = zab::Input::ElectionLink {
        sid: Sid(1),
        up: true,
    };
    inbox.send_vote(up).unwrap();
    inbox.send_vote(vote(2, 0)).unwrap();
    for round in 0..=VOTES_PER_SID as i64 {
        inbox.send_vote(vote(1, round)).unwrap();
    }
    let mut batch = Batch::default();
    inbox.take(&mut batch);
    let rounds: Vec<_> = (batch.votes.iter())
        .map(|input| match input {
            zab::Input::Vote { from, notification } => (from.0, notification.election_epoch),
            _ => (0, 0),
        })
        .collect();
    assert_eq!(rounds[..3], [(0, 0), (2, 0), (1, 1)]);
    assert_eq!(rounds.len(), 2 + VOTES_PER_SID);
}

#[tokio::test]
async fn nothing_is_taken_after_the_close() {
    let inbox = Inbox::new();
    inbox.close();
    assert_eq!(inbox.send_net(frames(1)).await, Err(Stopped));
    assert_eq!(inbox.send_control(Control::Stop), Err(Stopped));
}

/// Polls once: the result, if it is there already.
async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        use std::{pin::Pin, task::Poll};
        match Pin::new(&mut *future).poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => Poll::Ready(None),
        }
    })
    .await
}
