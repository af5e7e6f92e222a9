//! delete and deleteContainer.

use zoowarden_shared::{
    ErrorCode,
    acl::perms,
    proto::PathVersionRequest,
    stat::EphemeralOwner,
    txn::{DeleteTxn, Txn},
};
use zoowarden_tree::{DataTree, is_special_path};

use super::{Context, Prep, changes::ChangeRecord, next_version, parent_of};

impl Prep {
    pub(super) fn delete(
        &mut self,
        context: Context<'_>,
        request: PathVersionRequest,
    ) -> Result<Txn, ErrorCode> {
        context.requester.allowed?;
        let path = request.path;
        let parent_path = parent_of_deletable(&path)?.to_owned();
        let parent = self
            .changes
            .get(context.tree, &parent_path)
            .ok_or(ErrorCode::NoNode)?;
        context.check_acl(&parent.acl, perms::DELETE)?;
        let node = self
            .changes
            .get(context.tree, &path)
            .ok_or(ErrorCode::NoNode)?;
        next_version(node.stat.version, request.version)?;
        if node.child_count > 0 {
            return Err(ErrorCode::NotEmpty);
        }
        self.remove(context, &parent_path, parent, &path);
        Ok(Txn::Delete(DeleteTxn { path }))
    }

    /// The container manager's deletion of a container or TTL znode without children.
    pub(super) fn delete_container(
        &mut self,
        context: Context<'_>,
        path: String,
    ) -> Result<Txn, ErrorCode> {
        let parent_path = parent_of_deletable(&path)?.to_owned();
        let parent = self
            .changes
            .get(context.tree, &parent_path)
            .ok_or(ErrorCode::NoNode)?;
        self.remove(context, &parent_path, parent, &path);
        Ok(Txn::DeleteContainer(DeleteTxn { path }))
    }

    /// Whether the znode is, after all that is proposed, still one that may be removed: it may
    /// have got a child, or have been replaced by a plain znode.
    pub(super) fn container_is_deletable(&self, tree: &DataTree, path: &str) -> bool {
        self.changes.get(tree, path).is_some_and(|node| {
            node.child_count == 0
                && matches!(
                    EphemeralOwner::from_raw(node.stat.ephemeral_owner, true),
                    EphemeralOwner::Container | EphemeralOwner::Ttl { .. }
                )
        })
    }

    /// Takes a znode away from under its parent.
    pub(super) fn remove(
        &mut self,
        context: Context<'_>,
        parent_path: &str,
        mut parent: ChangeRecord,
        path: &str,
    ) {
        parent.child_count = parent.child_count.saturating_sub(1);
        parent.stat.pzxid = context.zxid;
        self.changes
            .put(context.tree, context.zxid, parent_path, parent);
        self.changes.delete(context.tree, context.zxid, path);
    }
}

/// `getParentPathAndValidate`: as [`parent_of`], and the znodes that every tree has stay.
fn parent_of_deletable(path: &str) -> Result<&str, ErrorCode> {
    let parent = parent_of(path)?;
    if is_special_path(path) {
        return Err(ErrorCode::BadArguments);
    }
    Ok(parent)
}
