//! Calls that read the tree.

use zoowarden_shared::{
    ErrorCode,
    proto::{
        AllChildrenNumberResponse, GetAclResponse, GetChildren2Response, GetChildrenResponse,
        GetDataResponse, MultiOp, MultiResult, PathRequest, PathResponse, PathWatchRequest,
        Request, StatResponse,
    },
    stat::Stat,
};

use super::{Reply, Result};
use crate::{ClientError, Connection};

impl Connection {
    /// exists: the stat, or `None` where there is no such znode (which can be watched too).
    ///
    /// # Errors
    /// [`ClientError`], as all calls.
    pub async fn exists(&self, path: &str, watch: bool) -> Result<Option<Stat>> {
        let asked = Request::Exists(path_watch(path, watch));
        match self.call::<StatResponse>(&asked).await {
            Ok(reply) => Ok(reply.map(|r| Some(r.stat))),
            Err(ClientError::Server {
                code: ErrorCode::NoNode,
                zxid,
                ..
            }) => Ok(Reply { zxid, value: None }),
            Err(other) => Err(other),
        }
    }

    /// getData.
    ///
    /// # Errors
    /// `NoNode`, `NoAuth`.
    pub async fn get_data(&self, path: &str, watch: bool) -> Result<GetDataResponse> {
        self.call(&Request::GetData(path_watch(path, watch))).await
    }

    /// getACL.
    ///
    /// # Errors
    /// `NoNode`, `NoAuth`.
    pub async fn get_acl(&self, path: &str) -> Result<GetAclResponse> {
        self.call(&Request::GetAcl(path_only(path))).await
    }

    /// getChildren: the children's names, in no order.
    ///
    /// # Errors
    /// `NoNode`, `NoAuth`.
    pub async fn get_children(&self, path: &str, watch: bool) -> Result<Vec<String>> {
        let asked = Request::GetChildren(path_watch(path, watch));
        let reply = self.call::<GetChildrenResponse>(&asked).await?;
        Ok(reply.map(|r| r.children))
    }

    /// getChildren2: the children's names and the znode's own stat.
    ///
    /// # Errors
    /// `NoNode`, `NoAuth`.
    pub async fn get_children2(&self, path: &str, watch: bool) -> Result<GetChildren2Response> {
        self.call(&Request::GetChildren2(path_watch(path, watch)))
            .await
    }

    /// getAllChildrenNumber: how many znodes are below this one.
    ///
    /// # Errors
    /// `NoNode`, `NoAuth`; `Unimplemented` before 3.6.
    pub async fn get_all_children_number(&self, path: &str) -> Result<i32> {
        let asked = Request::GetAllChildrenNumber(path_only(path));
        let reply = self.call::<AllChildrenNumberResponse>(&asked).await?;
        Ok(reply.map(|r| r.total))
    }

    /// getEphemerals: this session's ephemeral znodes below a prefix.
    ///
    /// # Errors
    /// `Unimplemented` before 3.6.
    pub async fn get_ephemerals(&self, prefix: &str) -> Result<Vec<String>> {
        let asked = Request::GetEphemerals(path_only(prefix));
        let reply = self.call::<GetChildrenResponse>(&asked).await?;
        Ok(reply.map(|r| r.children))
    }

    /// sync: the member catches up with what the leader had committed when it was asked.
    ///
    /// # Errors
    /// [`ClientError`], as all calls.
    pub async fn sync(&self, path: &str) -> Result<String> {
        let asked = Request::Sync(path_only(path));
        Ok(self.call::<PathResponse>(&asked).await?.map(|r| r.path))
    }

    /// multiRead: several getData and getChildren at one point in time.
    ///
    /// # Errors
    /// [`ClientError`], as all calls; a part that fails is no error of the call.
    pub async fn multi_read(&self, ops: Vec<MultiOp>) -> Result<Vec<MultiResult>> {
        self.call_multi(&Request::MultiRead(ops)).await
    }
}

fn path_watch(path: &str, watch: bool) -> PathWatchRequest {
    PathWatchRequest {
        path: path.to_owned(),
        watch,
    }
}

fn path_only(path: &str) -> PathRequest {
    PathRequest {
        path: path.to_owned(),
    }
}
