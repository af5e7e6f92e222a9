//! The way from an action to the member whose process it is about.

use std::collections::BTreeMap;

use tokio::sync::mpsc;

use super::member::{MemberOrder, Told};
use crate::action::exec::process::{ProcessRequest, Processes};

/// Orders that may wait: one action is under way at a time.
const QUEUE: usize = 4;

/// Hands requests on to these members, for as long as they are there: whoever holds the
/// answer keeps no member alive.
pub(super) fn serve(members: BTreeMap<String, mpsc::WeakSender<MemberOrder>>) -> Processes {
    let (requests, mut received) = mpsc::channel::<ProcessRequest>(QUEUE);
    tokio::spawn(async move {
        while let Some(request) = received.recv().await {
            let ProcessRequest {
                order,
                address,
                done,
            } = request;
            // Where there is no such member any more, dropping the answer tells so.
            if let Some(member) = members.get(&address).and_then(mpsc::WeakSender::upgrade) {
                let _ = member
                    .send(MemberOrder {
                        told: Told::Act(order),
                        done,
                    })
                    .await;
            }
        }
    });
    Processes::new(requests)
}
