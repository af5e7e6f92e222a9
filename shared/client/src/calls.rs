//! Typed calls: one method for every opcode that a client may send.
//!
//! Every one of them may fail as [`ClientError`] says: [`ClientError::Server`] for the
//! server's own errors, [`ClientError::Deadline`] or [`ClientError::Ended`] where the outcome
//! is unknown, [`ClientError::RequestTooLarge`] and [`ClientError::BadReply`].

use std::time::{Duration, Instant};

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode, Zxid,
    acl::Acl,
    jute::{Jute, JuteError, Reader},
    proto::{
        AddWatchMode, AddWatchRequest, AllChildrenNumberResponse, AuthRequest, ClientInfo,
        Create2Response, CreateMode, CreateRequest, CreateTtlRequest, ErrorResponse,
        GetAclResponse, GetChildren2Response, GetChildrenResponse, GetDataResponse, MultiOp,
        MultiResult, OpCode, PathRequest, PathResponse, PathVersionRequest, PathWatchRequest,
        ReconfigRequest, Request, Response, SaslToken, SetAclRequest, SetDataRequest,
        SetWatches2Request, SetWatchesRequest, StatResponse, WatcherType, WatchesRequest,
        WhoAmIResponse,
    },
    stat::Stat,
};

use crate::{Connection, error::ClientError};

/// A successful answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply<T> {
    /// The transaction of a write; of a read, the last that the server had applied.
    pub zxid: Zxid,
    /// What was asked for.
    pub value: T,
}

impl<T> Reply<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        Reply {
            zxid: self.zxid,
            value: change(self.value),
        }
    }
}

type Result<T> = std::result::Result<Reply<T>, ClientError>;

/// The expected version that matches any.
const ANY_VERSION: i32 = -1;

impl Connection {
    /// Any request, with its answer as it came.
    ///
    /// # Errors
    /// [`ClientError`], as all calls.
    pub async fn request(&self, request: &Request) -> Result<Response> {
        self.call_with(request, Response::decode).await
    }

    /// create: the path created, with its number where the mode is sequential. The modes
    /// container and with-TTL go to [`Self::create_container`] and [`Self::create_ttl`].
    ///
    /// # Errors
    /// `NodeExists`, `NoNode` (no parent), `NoChildrenForEphemerals`, `NoAuth`, ...
    pub async fn create(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        acl: &[Acl],
        mode: CreateMode,
    ) -> Result<String> {
        let body = create_request(path, data.into(), acl, mode);
        let asked = Request::Create(OpCode::Create, body);
        Ok(self.call::<PathResponse>(&asked).await?.map(|r| r.path))
    }

    /// create2: as [`Self::create`], and the new znode's stat.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub async fn create2(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        acl: &[Acl],
        mode: CreateMode,
    ) -> Result<Create2Response> {
        let body = create_request(path, data.into(), acl, mode);
        self.call(&Request::Create(OpCode::Create2, body)).await
    }

    /// createContainer: a znode that the server removes once it had children and has none.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub async fn create_container(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        acl: &[Acl],
    ) -> Result<Create2Response> {
        let body = create_request(path, data.into(), acl, CreateMode::Container);
        self.call(&Request::Create(OpCode::CreateContainer, body))
            .await
    }

    /// createTTL: a znode that the server removes once it has no children and was not changed
    /// for `ttl_ms`. `mode` is one of the two with-TTL modes.
    ///
    /// # Errors
    /// As [`Self::create`]; `Unimplemented` without `extendedTypesEnabled`.
    pub async fn create_ttl(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        acl: &[Acl],
        mode: CreateMode,
        ttl_ms: i64,
    ) -> Result<Create2Response> {
        self.call(&Request::CreateTtl(CreateTtlRequest {
            path: path.to_owned(),
            data: Some(data.into()),
            acl: acl.to_vec(),
            flags: mode.flags(),
            ttl_ms,
        }))
        .await
    }

    /// delete; `version` `None` for any.
    ///
    /// # Errors
    /// `NoNode`, `BadVersion`, `NotEmpty`, `NoAuth`.
    pub async fn delete(&self, path: &str, version: Option<i32>) -> Result<()> {
        self.call_empty(&Request::Delete(PathVersionRequest {
            path: path.to_owned(),
            version: version.unwrap_or(ANY_VERSION),
        }))
        .await
    }

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

    /// setData; `version` `None` for any.
    ///
    /// # Errors
    /// `NoNode`, `BadVersion`, `NoAuth`, `QuotaExceeded`.
    pub async fn set_data(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        version: Option<i32>,
    ) -> Result<Stat> {
        let asked = Request::SetData(SetDataRequest {
            path: path.to_owned(),
            data: Some(data.into()),
            version: version.unwrap_or(ANY_VERSION),
        });
        Ok(self.call::<StatResponse>(&asked).await?.map(|r| r.stat))
    }

    /// getACL.
    ///
    /// # Errors
    /// `NoNode`, `NoAuth`.
    pub async fn get_acl(&self, path: &str) -> Result<GetAclResponse> {
        self.call(&Request::GetAcl(path_only(path))).await
    }

    /// setACL; `version` `None` for any.
    ///
    /// # Errors
    /// `NoNode`, `BadVersion`, `NoAuth`, `InvalidAcl`.
    pub async fn set_acl(&self, path: &str, acl: &[Acl], version: Option<i32>) -> Result<Stat> {
        let asked = Request::SetAcl(SetAclRequest {
            path: path.to_owned(),
            acl: acl.to_vec(),
            version: version.unwrap_or(ANY_VERSION),
        });
        Ok(self.call::<StatResponse>(&asked).await?.map(|r| r.stat))
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

    /// multi: all or nothing, in one transaction. Where it failed every result is a
    /// [`MultiResult::Error`], the culprit the first with another code than `Ok`.
    ///
    /// # Errors
    /// [`ClientError`], as all calls; a part that fails is no error of the call.
    pub async fn multi(&self, ops: Vec<MultiOp>) -> Result<Vec<MultiResult>> {
        self.call_multi(&Request::Multi(ops)).await
    }

    /// multiRead: several getData and getChildren at one point in time.
    ///
    /// # Errors
    /// [`ClientError`], as all calls; a part that fails is no error of the call.
    pub async fn multi_read(&self, ops: Vec<MultiOp>) -> Result<Vec<MultiResult>> {
        self.call_multi(&Request::MultiRead(ops)).await
    }

    /// reconfig: the new configuration's text and its znode's stat.
    ///
    /// # Errors
    /// `ReconfigDisabled`, `ReconfigInProgress`, `NewConfigNoQuorum`, `BadVersion`,
    /// `BadArguments`, `NoAuth`.
    pub async fn reconfig(&self, change: ReconfigRequest) -> Result<GetDataResponse> {
        self.call(&Request::Reconfig(change)).await
    }

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

    /// auth: adds an identity to this connection.
    ///
    /// # Errors
    /// `AuthFailed`, after which the server hangs up.
    pub async fn add_auth(&self, scheme: &str, credentials: impl Into<Bytes>) -> Result<()> {
        self.call_empty(&Request::Auth(AuthRequest {
            kind: 0,
            scheme: scheme.to_owned(),
            auth: Some(credentials.into()),
        }))
        .await
    }

    /// sasl: one token of a SASL exchange there, the next one back.
    ///
    /// # Errors
    /// `AuthFailed`.
    pub async fn sasl(&self, token: impl Into<Bytes>) -> Result<SaslToken> {
        self.call(&Request::Sasl(SaslToken {
            token: Some(token.into()),
        }))
        .await
    }

    /// whoAmI: the identities that this connection has.
    ///
    /// # Errors
    /// `Unimplemented` before 3.7.
    pub async fn who_am_i(&self) -> Result<Vec<ClientInfo>> {
        let reply = self.call::<WhoAmIResponse>(&Request::WhoAmI).await?;
        Ok(reply.map(|r| r.client_info))
    }

    /// ping: how long the answer took, the time in this process's own queue included.
    ///
    /// # Errors
    /// [`ClientError`], as all calls.
    pub async fn ping(&self) -> Result<Duration> {
        let start = Instant::now();
        let reply = self.call_empty(&Request::Ping).await?;
        Ok(reply.map(|()| start.elapsed()))
    }

    /// closeSession: ends the session, its ephemerals and watches, and the connection.
    ///
    /// # Errors
    /// [`ClientError`], as all calls. Without an answer the session may live on until it
    /// expires.
    pub async fn close(&self) -> Result<()> {
        self.call_empty(&Request::CloseSession).await
    }

    async fn call<T: Jute>(&self, request: &Request) -> Result<T> {
        self.call_with(request, |_, body| T::decode(body)).await
    }

    async fn call_empty(&self, request: &Request) -> Result<()> {
        self.call_with(request, |_, _| Ok(())).await
    }

    async fn call_multi(&self, request: &Request) -> Result<Vec<MultiResult>> {
        self.call_with(request, |op, body| match Response::decode(op, body)? {
            Response::Multi(results) => Ok(results),
            _ => Err(JuteError::BadValue {
                what: "kind of a multi's response",
                value: i64::from(op.code()),
            }),
        })
        .await
    }

    /// Bytes after the body are ignored: a later version may add fields.
    async fn call_with<T>(
        &self,
        request: &Request,
        decode: impl FnOnce(OpCode, &mut Reader) -> std::result::Result<T, JuteError>,
    ) -> Result<T> {
        let op = request.opcode();
        let (header, body) = self.exchange(request).await?;
        if header.err != ErrorCode::Ok {
            return Err(ClientError::Server {
                op,
                code: header.err,
                zxid: header.zxid,
            });
        }
        match decode(op, &mut Reader::new(body)) {
            Ok(value) => Ok(Reply {
                zxid: header.zxid,
                value,
            }),
            Err(source) => Err(ClientError::BadReply { op, source }),
        }
    }
}

fn create_request(path: &str, data: Bytes, acl: &[Acl], mode: CreateMode) -> CreateRequest {
    CreateRequest {
        path: path.to_owned(),
        data: Some(data),
        acl: acl.to_vec(),
        flags: mode.flags(),
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

fn watches(path: &str, kind: WatcherType) -> WatchesRequest {
    WatchesRequest {
        path: path.to_owned(),
        kind: kind as i32,
    }
}
