//! The way from an action to the member whose process it is about.

use std::collections::BTreeMap;

use tokio::sync::mpsc;

use super::handle::MemberHandle;
use crate::action::{
    ProcessOrder,
    exec::{
        ended::Ended,
        process::{ProcessRequest, Processes},
    },
};

/// Orders that may wait: one action is under way at a time.
const QUEUE: usize = 4;

/// Hands requests on to these members, for as long as anybody may ask.
pub(super) fn serve(members: BTreeMap<String, MemberHandle>) -> Processes {
    let (requests, mut received) = mpsc::channel::<ProcessRequest>(QUEUE);
    tokio::spawn(async move {
        while let Some(request) = received.recv().await {
            // Where there is no such member, dropping the answer tells so; and whoever asked may
            // have left.
            match request {
                ProcessRequest::Order {
                    order,
                    address,
                    done,
                } => {
                    if let Some(member) = members.get(&address) {
                        let answer = match order {
                            ProcessOrder::Start => member.start().await,
                            ProcessOrder::Restart => member.restart().await,
                            ProcessOrder::StartAnew => member.start_anew().await,
                        };
                        let _ = done.send(answer);
                    }
                }
                ProcessRequest::Ended { address, told } => {
                    if let Some(member) = members.get(&address) {
                        let _ = told.send(Ended::of(&member.keeper.reports().borrow()));
                    }
                }
            }
        }
    });
    Processes::new(requests)
}
