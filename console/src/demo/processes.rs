//! The way from an action to the member whose process it is about.

use std::collections::BTreeMap;

use tokio::sync::mpsc;

use super::handle::MemberHandle;
use crate::action::{
    ProcessOrder,
    exec::process::{ProcessRequest, Processes},
};

/// Orders that may wait: one action is under way at a time.
const QUEUE: usize = 4;

/// Hands requests on to these members, for as long as anybody may ask.
pub(super) fn serve(members: BTreeMap<String, MemberHandle>) -> Processes {
    let (requests, mut received) = mpsc::channel::<ProcessRequest>(QUEUE);
    tokio::spawn(async move {
        while let Some(request) = received.recv().await {
            let ProcessRequest {
                order,
                address,
                done,
            } = request;
            // Where there is no such member, dropping the answer tells so.
            if let Some(member) = members.get(&address) {
                let answer = match order {
                    ProcessOrder::Start => member.start().await,
                    ProcessOrder::Restart => member.restart().await,
                    ProcessOrder::StartAnew => member.start_anew().await,
                };
                // Whoever gave the order may have left.
                let _ = done.send(answer);
            }
        }
    });
    Processes::new(requests)
}
