//! create, create2, createContainer and createTTL.

use std::sync::Arc;

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode,
    acl::{Acl, perms},
    proto::{CreateMode, CreateRequest, CreateTtlRequest, OpCode},
    stat::{EphemeralOwner, MAX_TTL_MS, StatPersisted},
    txn::{CreateTtlTxn, CreateTxn, Txn},
};

use super::{Context, Prep, parent_of, validate_path};

impl Prep {
    pub(super) fn create_ttl(
        &mut self,
        context: Context<'_>,
        request: CreateTtlRequest,
    ) -> Result<Txn, ErrorCode> {
        let ttl_ms = request.ttl_ms;
        let request = CreateRequest {
            path: request.path,
            data: request.data,
            acl: request.acl,
            flags: request.flags,
        };
        self.create(context, OpCode::CreateTtl, request, Some(ttl_ms))
    }

    pub(super) fn create(
        &mut self,
        context: Context<'_>,
        op: OpCode,
        request: CreateRequest,
        ttl_ms: Option<i64>,
    ) -> Result<Txn, ErrorCode> {
        let mode = CreateMode::from_flags(request.flags).ok_or(ErrorCode::BadArguments)?;
        check_mode(mode, ttl_ms, context.config.extended_types_enabled)?;
        if mode.is_ephemeral() {
            context.requester.may_own?;
        } else {
            context.requester.allowed?;
        }
        let mut path = request.path;
        let parent_path = parent_of(&path)?.to_owned();
        let acl = context.fix_up_acl(&request.acl)?;
        let mut parent = self
            .changes
            .get(context.tree, &parent_path)
            .ok_or(ErrorCode::NoNode)?;
        context.check_acl(&parent.acl, perms::CREATE)?;
        if mode.is_sequential() {
            path.push_str(&format!("{:010}", parent.stat.cversion));
        }
        validate_path(&path)?;
        if self.changes.contains(context.tree, &path) {
            return Err(ErrorCode::NodeExists);
        }
        let extended = context.config.extended_types_enabled;
        if let EphemeralOwner::Session(_) =
            EphemeralOwner::from_raw(parent.stat.ephemeral_owner, extended)
        {
            return Err(ErrorCode::NoChildrenForEphemerals);
        }
        let data = request.data;
        let data_len = data.as_ref().map_or(0, Bytes::len);
        self.check_quota(context, &path, data_len as i64, 1)?;

        parent.stat.cversion = parent.stat.cversion.wrapping_add(1);
        parent.stat.pzxid = context.zxid;
        parent.child_count += 1;
        let parent_cversion = parent.stat.cversion;
        // What the tree will make of the transaction, which is not always what the flags ask:
        // create with the container flag makes a plain znode, in Apache too.
        let owner = match (op, ttl_ms) {
            (OpCode::CreateContainer, _) => EphemeralOwner::Container,
            (_, Some(ttl_ms)) => EphemeralOwner::Ttl { ttl_ms },
            _ if mode.is_ephemeral() => EphemeralOwner::Session(context.requester.session.0),
            _ => EphemeralOwner::Persistent,
        };
        let record = self.changes.new_record(
            &path,
            new_stat(context, owner),
            Arc::from(acl.as_slice()),
            data.as_deref(),
        );
        self.changes
            .put(context.tree, context.zxid, &parent_path, parent);
        self.changes.put(context.tree, context.zxid, &path, record);
        Ok(create_txn(
            op,
            mode,
            path,
            data,
            acl,
            parent_cversion,
            ttl_ms,
        ))
    }
}

/// Whether mode and time to live fit (`validateCreateRequest`, `EphemeralType.validateTTL`).
/// createTTL must ask for a TTL znode: Apache 3.8 lets a negative time to live pass there and
/// then fails when it applies the transaction.
fn check_mode(mode: CreateMode, ttl_ms: Option<i64>, extended: bool) -> Result<(), ErrorCode> {
    if mode.has_ttl() && !extended {
        return Err(ErrorCode::Unimplemented);
    }
    match (mode.has_ttl(), ttl_ms) {
        (false, None) => Ok(()),
        (true, Some(ttl_ms)) if (1..=MAX_TTL_MS).contains(&ttl_ms) => Ok(()),
        _ => Err(ErrorCode::BadArguments),
    }
}

fn new_stat(context: Context<'_>, owner: EphemeralOwner) -> StatPersisted {
    StatPersisted {
        czxid: context.zxid,
        mzxid: context.zxid,
        pzxid: context.zxid,
        ctime: context.now.wall_ms,
        mtime: context.now.wall_ms,
        ephemeral_owner: owner.to_raw(),
        ..StatPersisted::default()
    }
}

fn create_txn(
    op: OpCode,
    mode: CreateMode,
    path: String,
    data: Option<Bytes>,
    acl: Vec<Acl>,
    parent_cversion: i32,
    ttl_ms: Option<i64>,
) -> Txn {
    if let Some(ttl_ms) = ttl_ms {
        return Txn::CreateTtl(CreateTtlTxn {
            path,
            data,
            acl,
            parent_cversion,
            ttl_ms,
        });
    }
    let txn = CreateTxn {
        path,
        data,
        acl,
        ephemeral: mode.is_ephemeral() && op != OpCode::CreateContainer,
        parent_cversion,
    };
    match op {
        OpCode::CreateContainer => Txn::CreateContainer(txn),
        OpCode::Create2 => Txn::Create2(txn),
        _ => Txn::Create(txn),
    }
}
