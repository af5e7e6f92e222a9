//! `PrepRequestProcessor`: a write becomes a transaction, or the record of an error.
//!
//! ```text
//!   Write ──> create, delete, set, reconfig, session, multi     one file per kind of request
//!                 │  reads and changes
//!                 └─> changes    what is proposed and not yet applied, over the tree
//! ```
//!
//! The order of the checks is Apache's, since it decides which of several errors a client is
//! told. Every write takes a zxid, a failed one too: it is proposed as an error transaction,
//! because its reply must come after those of the writes before it on every member.

mod changes;
mod create;
mod delete;
mod multi;
mod quota;
mod reconfig;
mod session;
mod set;

pub(crate) use changes::OutstandingChanges;
use quota::QuotaLog;
pub(crate) use reconfig::CONFIG_NODE;
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    acl::{Acl, Id},
    path,
    proto::{
        CreateRequest, CreateTtlRequest, MultiOp, OpCode, PathVersionRequest, ReconfigRequest,
        SetAclRequest, SetDataRequest,
    },
    txn::{ErrorTxn, Txn, TxnDigest, TxnHeader, TxnRecord},
};
use zoowarden_tree::{DataTree, QuotaExceeded, acl};
use zoowarden_zab::Zab;

use crate::{config::PeerConfig, input::Now};

/// A request that needs a transaction.
#[derive(Debug)]
pub(crate) enum Write {
    /// create, create2 or createContainer.
    Create(OpCode, CreateRequest),
    CreateTtl(CreateTtlRequest),
    Delete(PathVersionRequest),
    SetData(SetDataRequest),
    SetAcl(SetAclRequest),
    Multi(Vec<MultiOp>),
    Reconfig(ReconfigRequest),
    CreateSession {
        timeout_ms: i32,
    },
    CloseSession,
    /// The container manager's.
    DeleteContainer {
        path: String,
    },
    /// Refused before it is looked at: a body that cannot be read, an opcode that clients may
    /// not send.
    Refused(ErrorCode),
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requester<'a> {
    pub(crate) session: SessionId,
    pub(crate) cxid: i32,
    /// The identities it has proved.
    pub(crate) auth: &'a [Id],
    /// Whether the session may write, and through whom the request came (`checkSession`). Each
    /// kind of request asks where Apache does.
    pub(crate) allowed: Result<(), ErrorCode>,
    /// Whether znodes may live by the session (`checkGlobalSession`): all members must know it.
    pub(crate) may_own: Result<(), ErrorCode>,
}

impl Requester<'_> {
    /// The server itself, on account of this session.
    pub(crate) fn server(session: SessionId) -> Self {
        Self {
            session,
            cxid: 0,
            auth: &[],
            allowed: Ok(()),
            may_own: Ok(()),
        }
    }
}

/// What one request is prepared with.
#[derive(Clone, Copy, Debug)]
struct Context<'a> {
    tree: &'a DataTree,
    config: &'a PeerConfig,
    /// `None` of a standalone server.
    zab: Option<&'a Zab>,
    requester: Requester<'a>,
    zxid: Zxid,
    now: Now,
}

impl Context<'_> {
    /// `ZooKeeperServer.checkACL`.
    fn check_acl(&self, acl: &[Acl], perms: i32) -> Result<(), ErrorCode> {
        if self.config.skip_acl || acl::is_permitted(acl, perms, self.requester.auth) {
            Ok(())
        } else {
            Err(ErrorCode::NoAuth)
        }
    }

    /// `PrepRequestProcessor.fixupACL`. A scheme that is switched off is as good as unknown.
    fn fix_up_acl(&self, acl: &[Acl]) -> Result<Vec<Acl>, ErrorCode> {
        if !self.config.digest_auth_enabled && acl.iter().any(|entry| entry.id.scheme == "digest") {
            return Err(ErrorCode::InvalidAcl);
        }
        acl::fix_up(self.requester.auth, acl)
    }
}

/// Turns requests into transactions.
#[derive(Debug)]
pub(crate) struct Prep {
    changes: OutstandingChanges,
    last_zxid: Zxid,
    quota_log: QuotaLog,
    /// Quotas found exceeded and not yet told.
    exceeded: Vec<QuotaExceeded>,
}

impl Prep {
    pub(crate) fn new(config: &PeerConfig, last_zxid: Zxid) -> Self {
        Self {
            changes: OutstandingChanges::new(config.digest_enabled),
            last_zxid,
            quota_log: QuotaLog::default(),
            exceeded: Vec::new(),
        }
    }

    /// The transaction of a request. It takes the next zxid whether it succeeds or not.
    pub(crate) fn prepare(
        &mut self,
        (tree, config, zab): (&DataTree, &PeerConfig, Option<&Zab>),
        requester: Requester<'_>,
        write: Write,
        now: Now,
    ) -> TxnRecord {
        let context = Context {
            tree,
            config,
            zab,
            requester,
            zxid: self.last_zxid.next(),
            now,
        };
        self.last_zxid = context.zxid;
        let txn = self
            .prepare_txn(context, write)
            .unwrap_or_else(|err| Txn::Error(ErrorTxn { err }));
        let digest = match &txn {
            Txn::Error(_) => None,
            _ => config.digest_enabled.then(|| TxnDigest {
                version: TxnDigest::VERSION,
                tree_digest: self.changes.tree_digest(tree) as i64,
            }),
        };
        let header = TxnHeader {
            session: requester.session,
            cxid: requester.cxid,
            zxid: context.zxid,
            time_ms: now.wall_ms,
            op: txn.opcode().code(),
        };
        TxnRecord {
            header,
            txn,
            digest,
        }
    }

    /// A container's deletion, unless it is due no longer: nobody waits for its error.
    pub(crate) fn prepare_container_deletion(
        &mut self,
        tree: &DataTree,
        config: &PeerConfig,
        path: String,
        now: Now,
    ) -> Option<TxnRecord> {
        self.container_is_deletable(tree, &path).then(|| {
            let nobody = Requester::server(SessionId::NONE);
            self.prepare(
                (tree, config, None),
                nobody,
                Write::DeleteContainer { path },
                now,
            )
        })
    }

    fn prepare_txn(&mut self, context: Context<'_>, write: Write) -> Result<Txn, ErrorCode> {
        match write {
            Write::Create(op, request) => self.create(context, op, request, None),
            Write::CreateTtl(request) => self.create_ttl(context, request),
            Write::Delete(request) => self.delete(context, request),
            Write::SetData(request) => self.set_data(context, request),
            Write::SetAcl(request) => self.set_acl(context, request),
            Write::Multi(ops) => self.multi(context, ops),
            Write::Reconfig(request) => self.reconfig(context, &request),
            Write::CreateSession { timeout_ms } => Ok(session::create(timeout_ms)),
            Write::CloseSession => Ok(self.close_session(context)),
            Write::DeleteContainer { path } => self.delete_container(context, path),
            Write::Refused(err) => Err(err),
        }
    }

    /// The last zxid given out.
    pub(crate) fn last_zxid(&self) -> Zxid {
        self.last_zxid
    }

    /// A leader begins: its transactions come after this one, and none is outstanding.
    pub(crate) fn restart(&mut self, last_zxid: Zxid) {
        self.changes.clear();
        self.last_zxid = last_zxid;
    }

    /// The transaction is applied.
    pub(crate) fn applied(&mut self, zxid: Zxid) {
        self.changes.forget(zxid);
    }

    /// How many changes were ever laid over the tree, and taken off again.
    pub(crate) fn change_totals(&self) -> (u64, u64) {
        self.changes.totals()
    }

    /// Quotas found exceeded since the last call, at most one per path and while.
    pub(crate) fn take_exceeded(&mut self) -> Vec<QuotaExceeded> {
        std::mem::take(&mut self.exceeded)
    }
}

/// The version after this one. Minus one is stepped over, since as an expected version it
/// stands for any (ZOOKEEPER-4743).
fn next_version(current: i32, expected: i32) -> Result<i32, ErrorCode> {
    if expected != -1 && expected != current {
        return Err(ErrorCode::BadVersion);
    }
    match current.wrapping_add(1) {
        -1 => Ok(0),
        next => Ok(next),
    }
}

fn validate_path(path: &str) -> Result<(), ErrorCode> {
    path::validate(path).map_err(|_| ErrorCode::BadArguments)
}

/// The parent's path as Apache finds it: what is before the last slash, empty for a child of
/// the root. Nothing else of the path is checked here.
fn parent_of(path: &str) -> Result<&str, ErrorCode> {
    match path.rfind('/') {
        Some(slash) if !path.contains('\0') => Ok(&path[..slash]),
        _ => Err(ErrorCode::BadArguments),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_must_be_the_expected_one_unless_any_will_do() {
        assert_eq!(next_version(3, 3), Ok(4));
        assert_eq!(next_version(3, -1), Ok(4));
        assert_eq!(next_version(3, 2), Err(ErrorCode::BadVersion));
    }

    /// ZOOKEEPER-4743.
    #[test]
    fn no_version_is_the_one_that_stands_for_any() {
        assert_eq!(next_version(i32::MAX, -1), Ok(i32::MIN));
        assert_eq!(next_version(-2, -2), Ok(0));
    }
}
