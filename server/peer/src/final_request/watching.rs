//! Watches that are asked for, asked about, given back and brought along.

use bytes::{BufMut, Bytes};
use zoowarden_shared::{
    ErrorCode, Zxid,
    jute::{Jute, Reader},
    proto::{AddWatchMode, SetWatches2Request, SetWatchesRequest, WatcherType},
};

use super::{Answer, Written, body};
use crate::reply::put_event;

/// The zxid of an event that no transaction causes (`WatchedEvent.NO_ZXID`).
const NO_ZXID: Zxid = Zxid(-1);

impl Answer<'_> {
    /// Needs no permission: it is the event that does.
    pub(super) fn add_watch(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        let (path, mode) = body::path_number(body)?;
        let mode = AddWatchMode::from_code(mode).ok_or(ErrorCode::MarshallingError)?;
        self.db.watches.add(&path, self.asker.conn, mode);
        Ok(self.reply(|out| out.put_i32(0)))
    }

    pub(super) fn check_watches(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        let (path, kind) = body::path_number(body)?;
        let kind = WatcherType::from_code(kind).ok_or(ErrorCode::MarshallingError)?;
        if self.db.watches.contains(&path, self.asker.conn, kind) {
            Ok(self.empty())
        } else {
            Err(ErrorCode::NoWatcher)
        }
    }

    pub(super) fn remove_watches(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        let (path, kind) = body::path_number(body)?;
        let kind = WatcherType::from_code(kind).ok_or(ErrorCode::MarshallingError)?;
        if self.db.watches.remove(&path, self.asker.conn, kind) {
            Ok(self.empty())
        } else {
            Err(ErrorCode::NoWatcher)
        }
    }

    /// setWatches and setWatches2: the events that the client missed come before the reply.
    /// Unlike those of a transaction they are not filtered by ACL, as in Apache: the client
    /// may not have proved its identities again yet, and the paths are its own words.
    pub(super) fn set_watches(
        &mut self,
        body: &Bytes,
        with_persistent: bool,
    ) -> Result<Written, ErrorCode> {
        let mut reader = Reader::new(body.clone());
        let request = if with_persistent {
            SetWatches2Request::decode(&mut reader)
        } else {
            SetWatchesRequest::decode(&mut reader).map(|request| SetWatches2Request {
                relative_zxid: request.relative_zxid,
                data: request.data,
                exist: request.exist,
                child: request.child,
                ..SetWatches2Request::default()
            })
        };
        let request = request.map_err(|_| ErrorCode::MarshallingError)?;
        let missed = self
            .db
            .watches
            .set_watches(&self.db.tree, &request, self.asker.conn);
        let mut written = Written::default();
        for (event, path) in missed {
            let len = put_event(self.out, NO_ZXID, event, &path);
            written.events += 1;
            written.event_bytes += len as u64;
        }
        written.reply_len = self.empty();
        Ok(written)
    }
}
