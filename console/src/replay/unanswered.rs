//! What a recording says where members would be asked: that it is one. Without an answer the
//! screens would wait for ever.

use crate::{
    event::{Command, CountNews, Event, GateEvent, TreeEvent},
    model::{find::FindNews, wanted::TreeRequest},
};

const NOT_RECORDED: &str = "not recorded";
const ONLY_READ: &str = "this is a recording: nothing is asked or changed";

/// The answer to a command, where one is awaited.
pub(super) fn answer(command: Command) -> Option<Event> {
    let no = || NOT_RECORDED.to_owned();
    Some(match command {
        Command::Tree(request) => Event::Tree(match request {
            TreeRequest::Stat(path) => TreeEvent::Stat {
                path,
                answer: Err(no()),
            },
            TreeRequest::Children(path) => TreeEvent::Children {
                path,
                answer: Err(no()),
            },
            TreeRequest::Data(path) => TreeEvent::Data {
                path,
                answer: Err(no()),
            },
            TreeRequest::Acl(path) => TreeEvent::Acl {
                path,
                answer: Err(no()),
            },
            TreeRequest::Quota(path) => TreeEvent::Quota {
                path,
                answer: Err(no()),
            },
            TreeRequest::Below(path) => TreeEvent::Below {
                path,
                answer: Err(no()),
            },
            TreeRequest::Unwatch(_) => return None,
        }),
        Command::Ask { address, question } => Event::Answered {
            address,
            question,
            answer: Err(no()),
        },
        Command::Count(path) => Event::Counted {
            path,
            news: CountNews::Done(Err(ONLY_READ.to_owned())),
        },
        Command::Find { number, .. } => Event::Find {
            number,
            news: FindNews::Ended {
                fault: Some(ONLY_READ.to_owned()),
            },
        },
        Command::Act { gate, .. } => Event::Gate {
            gate,
            event: GateEvent::Polled(Err(ONLY_READ.to_owned())),
        },
        Command::EditOutside(_) => Event::Edited(Err(ONLY_READ.to_owned())),
        Command::ReadAudit => Event::OwnAudit(Err(ONLY_READ.to_owned())),
        Command::Save { .. } => Event::Saved(Err(ONLY_READ.to_owned())),
        _ => return None,
    })
}
