//! Transactions (`DataTree.processTxn`).
//!
//! A transaction may come again over a tree that has it already, wholly or in part: an Apache
//! snapshot is fuzzy, and its log is replayed from where the snapshot began. Each step
//! therefore does what is left to do, and versions come from the transaction (ZOOKEEPER-4743).

use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    proto::OpCode,
    stat::EphemeralOwner,
    txn::{CloseSessionTxn, CreateTxn, MultiTxn, Txn, TxnDigest, TxnHeader, TxnRecord},
};

use super::{
    Applied, AppliedPart, Change, ChangeKind, DataTree, NodeRef, change::NewNode, node::NodeId,
};

impl DataTree {
    /// Applies a transaction.
    ///
    /// The zxid is published last, once all of the transaction is in the tree, so that no
    /// snapshot can claim a part of it (ZOOKEEPER-3127).
    pub fn apply(&mut self, record: &TxnRecord) -> Applied {
        let header = &record.header;
        let mut changes = Vec::new();
        let mut parts = Vec::new();
        let whole = if let Txn::Multi(multi) = &record.txn {
            parts = self.apply_multi(header, multi, &mut changes);
            let mut errors = parts.iter().map(|part| part.err);
            let first = errors.find(|err| *err != ErrorCode::Ok);
            AppliedPart::new(OpCode::Multi, first.unwrap_or_default())
        } else {
            self.apply_one(header, &record.txn, &mut changes)
        };
        self.last_processed_zxid = self.last_processed_zxid.max(header.zxid);
        let snapshot_differs = self.compare_snapshot_digest();
        let txn_differs = self.compare_txn_digest(record.digest.as_ref());
        Applied {
            zxid: header.zxid,
            op: whole.op,
            err: whole.err,
            path: whole.path,
            stat: whole.stat,
            parts,
            changes,
            digest_checked: txn_differs.is_some(),
            digest_mismatch: snapshot_differs || txn_differs == Some(true),
        }
    }

    fn apply_multi(
        &mut self,
        header: &TxnHeader,
        multi: &MultiTxn,
        changes: &mut Vec<Change>,
    ) -> Vec<AppliedPart> {
        let is_error = |txn: &Txn| matches!(txn, Txn::Error(_));
        let Some(culprit) = multi.txns.iter().position(is_error) else {
            let apply = |txn| self.apply_one(header, txn, changes);
            return multi.txns.iter().map(apply).collect();
        };
        // Leaders write nothing but errors into a failed multi. Should one not, nothing of
        // it is applied all the same.
        let outcome = |(index, txn): (usize, &Txn)| {
            let err = match txn {
                Txn::Error(error) => error.err,
                _ if index > culprit => ErrorCode::RuntimeInconsistency,
                _ => ErrorCode::Ok,
            };
            AppliedPart::new(OpCode::Error, err)
        };
        multi.txns.iter().enumerate().map(outcome).collect()
    }

    fn apply_one(
        &mut self,
        header: &TxnHeader,
        txn: &Txn,
        changes: &mut Vec<Change>,
    ) -> AppliedPart {
        let mut part = AppliedPart::new(txn.opcode(), ErrorCode::Ok);
        match self.change(header, txn) {
            Ok(Changed::Nothing) => {}
            Ok(Changed::Node { kind, path, id }) => {
                // The oldest of the creates is answered without a stat.
                if part.op != OpCode::Create {
                    part.stat = id.map(|id| NodeRef::new(self, id).stat());
                }
                part.path = Some(path.to_owned());
                changes.extend(kind.map(|kind| Change {
                    kind,
                    path: path.to_owned(),
                }));
            }
            Ok(Changed::Session(body)) => {
                let paths = body.map_or(&[][..], |body| &body.paths_to_delete);
                self.close_session(header.session, header.zxid, paths, changes);
            }
            Err((err, path)) => {
                part.err = err;
                part.path = path.map(str::to_owned);
            }
        }
        part
    }

    /// Does what a transaction other than a multi says.
    fn change<'a>(
        &mut self,
        header: &TxnHeader,
        txn: &'a Txn,
    ) -> Result<Changed<'a>, (ErrorCode, Option<&'a str>)> {
        let (zxid, time_ms) = (header.zxid, header.time_ms);
        if let Some(new) = new_node(header.session, txn) {
            let path = new.path;
            let created = self.create_node(&new, zxid, time_ms);
            return Changed::node(path, Some(ChangeKind::Created), created.map(Some));
        }
        match txn {
            Txn::Delete(body) | Txn::DeleteContainer(body) => {
                let deleted = self.delete_node(&body.path, zxid);
                Changed::node(
                    &body.path,
                    Some(ChangeKind::Deleted),
                    deleted.map(|()| None),
                )
            }
            Txn::SetData(body) | Txn::Reconfig(body) => {
                let id = self.find(&body.path).ok_or(ErrorCode::NoNode);
                if let Ok(id) = id {
                    let data = body.data.as_deref();
                    self.set_node_data(id, data, body.version, zxid, time_ms);
                }
                Changed::node(&body.path, Some(ChangeKind::DataChanged), id.map(Some))
            }
            Txn::SetAcl(body) => {
                let id = self.find(&body.path).ok_or(ErrorCode::NoNode);
                if let Ok(id) = id {
                    self.set_node_acl(id, &body.acl, body.version);
                }
                Changed::node(&body.path, None, id.map(Some))
            }
            Txn::Check(body) => Changed::node(&body.path, None, Ok(None)),
            Txn::CloseSession(body) => Ok(Changed::Session(body.as_ref())),
            Txn::Error(body) => Err((body.err, None)),
            // Sessions are the tracker's; a multi has no multi in it.
            _ => Ok(Changed::Nothing),
        }
    }

    /// Removes a session's ephemerals: those that the leader listed, and those that the tree
    /// knows beyond them (all, where a leader before 3.6 listed none).
    ///
    /// A listed path that is gone still raises its parent's pzxid (ZOOKEEPER-3145).
    fn close_session(
        &mut self,
        session: SessionId,
        zxid: Zxid,
        listed: &[String],
        changes: &mut Vec<Change>,
    ) {
        for path in listed {
            self.delete_ephemeral(path, zxid, changes);
        }
        let left = self.ephemerals(session).map(str::to_owned);
        let mut left: Vec<String> = left.collect();
        left.sort_unstable();
        for path in &left {
            self.delete_ephemeral(path, zxid, changes);
        }
    }

    fn delete_ephemeral(&mut self, path: &str, zxid: Zxid, changes: &mut Vec<Change>) {
        if self.delete_node(path, zxid).is_ok() {
            changes.push(Change {
                kind: ChangeKind::Deleted,
                path: path.to_owned(),
            });
        }
    }

    /// Compares with the digest of the snapshot that the tree was loaded from, once the tree
    /// is where that digest was taken. Whether they differ.
    pub(super) fn compare_snapshot_digest(&mut self) -> bool {
        let now = self.last_processed_zxid;
        let reached = self
            .expected_digest
            .take_if(|expected| expected.zxid <= now);
        reached.is_some_and(|expected| {
            expected.zxid == now && self.compare_txn_digest(Some(&expected.digest)) == Some(true)
        })
    }

    /// Whether the digest that is given differs from the tree's; `None` where they cannot be
    /// compared.
    fn compare_txn_digest(&mut self, given: Option<&TxnDigest>) -> Option<bool> {
        let (given, ours) = given.zip(self.txn_digest())?;
        if self.expected_digest.is_some() || given.version != ours.version {
            return None;
        }
        let differs = given.tree_digest != ours.tree_digest;
        self.digest_mismatches += u64::from(differs);
        Some(differs)
    }
}

/// What a transaction changed.
enum Changed<'a> {
    Nothing,
    /// One znode.
    Node {
        /// What watches tell, if anything.
        kind: Option<ChangeKind>,
        path: &'a str,
        /// `None` where it is gone, or was only looked at.
        id: Option<NodeId>,
    },
    /// What a session leaves behind.
    Session(Option<&'a CloseSessionTxn>),
}

impl<'a> Changed<'a> {
    fn node(
        path: &'a str,
        kind: Option<ChangeKind>,
        outcome: Result<Option<NodeId>, ErrorCode>,
    ) -> Result<Self, (ErrorCode, Option<&'a str>)> {
        match outcome {
            Ok(id) => Ok(Self::Node { kind, path, id }),
            Err(err) => Err((err, Some(path))),
        }
    }
}

/// What a transaction creates, if it does.
fn new_node(session: SessionId, txn: &Txn) -> Option<NewNode<'_>> {
    let (body, owner) = match txn {
        Txn::Create(body) | Txn::Create2(body) => {
            let owner = if body.ephemeral { session.0 } else { 0 };
            (body, owner)
        }
        Txn::CreateContainer(body) => (body, EphemeralOwner::Container.to_raw()),
        Txn::CreateTtl(body) => {
            let ttl_ms = body.ttl_ms;
            return Some(NewNode {
                path: &body.path,
                data: body.data.as_deref(),
                acl: &body.acl,
                owner: EphemeralOwner::Ttl { ttl_ms }.to_raw(),
                parent_cversion: body.parent_cversion,
            });
        }
        _ => return None,
    };
    let CreateTxn {
        path,
        data,
        acl,
        parent_cversion,
        ..
    } = body;
    Some(NewNode {
        path,
        data: data.as_deref(),
        acl,
        owner,
        parent_cversion: *parent_cversion,
    })
}
