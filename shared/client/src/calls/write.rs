//! Calls that change the tree or the ensemble.

use bytes::Bytes;
use zoowarden_shared::{
    acl::Acl,
    proto::{
        Create2Response, CreateMode, CreateRequest, CreateTtlRequest, GetDataResponse, MultiOp,
        MultiResult, OpCode, PathResponse, PathVersionRequest, ReconfigRequest, Request,
        SetAclRequest, SetDataRequest, StatResponse,
    },
    stat::Stat,
};

use super::{ANY_VERSION, Result};
use crate::Connection;

impl Connection {
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

    /// multi: all or nothing, in one transaction. Where it failed every result is a
    /// [`MultiResult::Error`], the culprit the first with another code than `Ok`.
    ///
    /// # Errors
    /// [`ClientError`], as all calls; a part that fails is no error of the call.
    pub async fn multi(&self, ops: Vec<MultiOp>) -> Result<Vec<MultiResult>> {
        self.call_multi(&Request::Multi(ops)).await
    }

    /// reconfig: the new configuration's text and its znode's stat.
    ///
    /// # Errors
    /// `ReconfigDisabled`, `ReconfigInProgress`, `NewConfigNoQuorum`, `BadVersion`,
    /// `BadArguments`, `NoAuth`.
    pub async fn reconfig(&self, change: ReconfigRequest) -> Result<GetDataResponse> {
        self.call(&Request::Reconfig(change)).await
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
