//! setData, setACL, and check within a multi.

use std::sync::Arc;

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode,
    acl::perms,
    proto::{PathVersionRequest, SetAclRequest, SetDataRequest},
    txn::{CheckVersionTxn, SetAclTxn, SetDataTxn, Txn},
};

use super::{Context, Prep, next_version, validate_path};

impl Prep {
    pub(super) fn set_data(
        &mut self,
        context: Context<'_>,
        request: SetDataRequest,
    ) -> Result<Txn, ErrorCode> {
        context.requester.allowed?;
        let SetDataRequest {
            path,
            data,
            version,
        } = request;
        validate_path(&path)?;
        let mut node = self
            .changes
            .get(context.tree, &path)
            .ok_or(ErrorCode::NoNode)?;
        context.check_acl(&node.acl, perms::WRITE)?;
        let data_len = data.as_ref().map_or(0, Bytes::len);
        let growth = data_len as i64 - node.data_len as i64;
        self.check_quota(context, &path, growth, 0)?;
        let version = next_version(node.stat.version, version)?;
        node.stat.version = version;
        node.stat.mtime = context.now.wall_ms;
        node.stat.mzxid = context.zxid;
        self.changes.set_data(&mut node, &path, data.as_deref());
        self.changes.put(context.tree, context.zxid, &path, node);
        Ok(Txn::SetData(SetDataTxn {
            path,
            data,
            version,
        }))
    }

    pub(super) fn set_acl(
        &mut self,
        context: Context<'_>,
        request: SetAclRequest,
    ) -> Result<Txn, ErrorCode> {
        context.requester.allowed?;
        let SetAclRequest { path, acl, version } = request;
        validate_path(&path)?;
        let acl = context.fix_up_acl(&acl)?;
        let mut node = self
            .changes
            .get(context.tree, &path)
            .ok_or(ErrorCode::NoNode)?;
        context.check_acl(&node.acl, perms::ADMIN)?;
        let version = next_version(node.stat.aversion, version)?;
        node.stat.aversion = version;
        node.acl = Arc::from(acl.as_slice());
        self.changes.put(context.tree, context.zxid, &path, node);
        Ok(Txn::SetAcl(SetAclTxn { path, acl, version }))
    }

    pub(super) fn check(
        &mut self,
        context: Context<'_>,
        request: PathVersionRequest,
    ) -> Result<Txn, ErrorCode> {
        context.requester.allowed?;
        let PathVersionRequest { path, version } = request;
        validate_path(&path)?;
        let node = self
            .changes
            .get(context.tree, &path)
            .ok_or(ErrorCode::NoNode)?;
        context.check_acl(&node.acl, perms::READ)?;
        let version = next_version(node.stat.version, version)?;
        Ok(Txn::Check(CheckVersionTxn { path, version }))
    }
}
