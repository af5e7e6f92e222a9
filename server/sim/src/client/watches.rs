//! The watches that a client believes to have, so that it can bring them along when it moves.

use std::collections::BTreeSet;

use zoowarden_shared::{
    ErrorCode, Zxid,
    proto::{EventType, Request, SetWatches2Request},
};

/// By the kind of request that set them, as `setWatches` names them.
#[derive(Debug, Default)]
pub(super) struct ClientWatches {
    data: BTreeSet<String>,
    /// Set by `exists` where nothing was.
    exist: BTreeSet<String>,
    child: BTreeSet<String>,
}

impl ClientWatches {
    /// A request was answered: it may have set one.
    pub(super) fn answered(&mut self, request: &Request, err: ErrorCode) {
        match (request, err) {
            (Request::GetData(body) | Request::Exists(body), ErrorCode::Ok) if body.watch => {
                self.data.insert(body.path.clone());
            }
            (Request::Exists(body), ErrorCode::NoNode) if body.watch => {
                self.exist.insert(body.path.clone());
            }
            (Request::GetChildren2(body), ErrorCode::Ok) if body.watch => {
                self.child.insert(body.path.clone());
            }
            _ => {}
        }
    }

    /// An event has come: whatever it concerns is gone (`ZKWatchManager.materialize`).
    pub(super) fn fired(&mut self, kind: EventType, path: &str) {
        if kind != EventType::NodeChildrenChanged {
            self.data.remove(path);
            self.exist.remove(path);
        }
        if matches!(
            kind,
            EventType::NodeChildrenChanged | EventType::NodeDeleted
        ) {
            self.child.remove(path);
        }
    }

    /// What sets them again, for a client that has seen everything up to `seen`; `None` where
    /// there are none.
    pub(super) fn request(&self, seen: Zxid) -> Option<Request> {
        let list = |paths: &BTreeSet<String>| paths.iter().cloned().collect::<Vec<_>>();
        let request = SetWatches2Request {
            relative_zxid: seen,
            data: list(&self.data),
            exist: list(&self.exist),
            child: list(&self.child),
            ..SetWatches2Request::default()
        };
        let any = !(self.data.is_empty() && self.exist.is_empty() && self.child.is_empty());
        any.then_some(Request::SetWatches2(request))
    }
}
