//! Calls about watches that no read sets.

use zoowarden_shared::{
    ErrorCode,
    proto::{
        AddWatchMode, AddWatchRequest, ErrorResponse, OpCode, Request, SetWatches2Request,
        SetWatchesRequest, WatcherType, WatchesRequest,
    },
};

use super::Result;
use crate::{ClientError, Connection};

impl Connection {
    /// addWatch: a persistent watch, which fires until it is removed.
    ///
    /// # Errors
    /// [`ClientError`], as all calls; `Unimplemented` before 3.6.
    pub async fn add_watch(&self, path: &str, mode: AddWatchMode) -> Result<()> {
        let asked = Request::AddWatch(AddWatchRequest {
            path: path.to_owned(),
            mode: mode as i32,
        });
        let reply = self.call::<ErrorResponse>(&asked).await?;
        match reply.value.err {
            ErrorCode::Ok => Ok(reply.map(|_| ())),
            code => Err(ClientError::Server {
                op: OpCode::AddWatch,
                code,
                zxid: reply.zxid,
            }),
        }
    }

    /// checkWatches: succeeds where this session has such a watch.
    ///
    /// # Errors
    /// `NoWatcher`.
    pub async fn check_watches(&self, path: &str, kind: WatcherType) -> Result<()> {
        self.call_empty(&Request::CheckWatches(watches(path, kind)))
            .await
    }

    /// removeWatches. No event tells of it (Apache's own client makes one up).
    ///
    /// # Errors
    /// `NoWatcher`.
    pub async fn remove_watches(&self, path: &str, kind: WatcherType) -> Result<()> {
        self.call_empty(&Request::RemoveWatches(watches(path, kind)))
            .await
    }

    /// setWatches: takes watches along to this connection; those that have missed something
    /// since `relative_zxid` fire at once.
    ///
    /// # Errors
    /// [`ClientError`], as all calls.
    pub async fn set_watches(&self, watches: SetWatchesRequest) -> Result<()> {
        self.call_empty(&Request::SetWatches(watches)).await
    }

    /// setWatches2: as [`Self::set_watches`], with persistent watches.
    ///
    /// # Errors
    /// [`ClientError`], as all calls.
    pub async fn set_watches2(&self, watches: SetWatches2Request) -> Result<()> {
        self.call_empty(&Request::SetWatches2(watches)).await
    }
}

fn watches(path: &str, kind: WatcherType) -> WatchesRequest {
    WatchesRequest {
        path: path.to_owned(),
        kind: kind as i32,
    }
}
