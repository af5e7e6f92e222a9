//! multi: several writes with one zxid, all or nothing.

use zoowarden_shared::{
    ErrorCode,
    proto::{CreateMode, CreateRequest, MultiOp, OpCode},
    txn::{ErrorTxn, MultiTxn, Txn},
};

use super::{Context, Prep};

impl Prep {
    /// A part that fails fails them all: the parts before it are undone and recorded as 0, it
    /// with its error, those after it as [`ErrorCode::RuntimeInconsistency`].
    ///
    /// # Errors
    /// [`ErrorCode::MarshallingError`] for a part that is no write.
    pub(super) fn multi(
        &mut self,
        context: Context<'_>,
        ops: Vec<MultiOp>,
    ) -> Result<Txn, ErrorCode> {
        self.changes.save(context.tree);
        let count = ops.len();
        let mut txns = Vec::with_capacity(count);
        for op in ops {
            match self.part(context, op) {
                Ok(txn) => txns.push(txn),
                Err(ErrorCode::MarshallingError) => {
                    self.changes.roll_back();
                    return Err(ErrorCode::MarshallingError);
                }
                Err(err) => {
                    self.changes.roll_back();
                    return Ok(failed(txns.len(), err, count));
                }
            }
        }
        self.changes.keep();
        Ok(Txn::Multi(MultiTxn { txns }))
    }

    fn part(&mut self, context: Context<'_>, op: MultiOp) -> Result<Txn, ErrorCode> {
        match op {
            MultiOp::Create(_, request) => self.plain_create(context, request),
            // The flags decide what a part is, not its opcode (`Op.create`): without a TTL
            // flag the time to live is ignored.
            MultiOp::CreateTtl(request)
                if !CreateMode::from_flags(request.flags).is_some_and(CreateMode::has_ttl) =>
            {
                let request = CreateRequest {
                    path: request.path,
                    data: request.data,
                    acl: request.acl,
                    flags: request.flags,
                };
                self.plain_create(context, request)
            }
            MultiOp::CreateTtl(request) => self.create_ttl(context, request),
            MultiOp::Delete(request) => self.delete(context, request),
            MultiOp::SetData(request) => self.set_data(context, request),
            MultiOp::Check(request) => self.check(context, request),
            MultiOp::GetData(_) | MultiOp::GetChildren(_) => Err(ErrorCode::MarshallingError),
        }
    }

    fn plain_create(
        &mut self,
        context: Context<'_>,
        request: CreateRequest,
    ) -> Result<Txn, ErrorCode> {
        match CreateMode::from_flags(request.flags) {
            Some(CreateMode::Container) => {
                self.create(context, OpCode::CreateContainer, request, None)
            }
            // A TTL flag without a time to live: Apache fails on the type of the request.
            Some(mode) if mode.has_ttl() => Err(ErrorCode::MarshallingError),
            _ => self.create(context, OpCode::Create, request, None),
        }
    }
}

fn failed(culprit: usize, err: ErrorCode, count: usize) -> Txn {
    let outcome = |part: usize| match part.cmp(&culprit) {
        std::cmp::Ordering::Less => ErrorCode::Ok,
        std::cmp::Ordering::Equal => err,
        std::cmp::Ordering::Greater => ErrorCode::RuntimeInconsistency,
    };
    let txns = (0..count)
        .map(|part| Txn::Error(ErrorTxn { err: outcome(part) }))
        .collect();
    Txn::Multi(MultiTxn { txns })
}
