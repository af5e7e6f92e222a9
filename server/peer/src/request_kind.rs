//! What a request is by its opcode: answered from what is applied, or by a transaction.

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode,
    jute::Reader,
    proto::{OpCode, Request},
};

use crate::prep::Write;

/// A write's body as it arrived. Learners forward it unread, so that a leader is told by it
/// alone whether it can be read.
pub(crate) fn decode_write(op: OpCode, body: Bytes) -> Write {
    // Apache reads the path of this one, which only its container manager sends, from the
    // whole frame: no client's ever passes its check.
    if op == OpCode::DeleteContainer {
        return Write::Refused(ErrorCode::BadArguments);
    }
    match Request::decode(op.code(), &mut Reader::new(body)) {
        Ok(Request::Create(op, request)) => Write::Create(op, request),
        Ok(Request::CreateTtl(request)) => Write::CreateTtl(request),
        Ok(Request::Delete(request)) => Write::Delete(request),
        Ok(Request::SetData(request)) => Write::SetData(request),
        Ok(Request::SetAcl(request)) => Write::SetAcl(request),
        Ok(Request::Multi(ops)) => Write::Multi(ops),
        Ok(Request::Reconfig(request)) => Write::Reconfig(request),
        Ok(Request::CloseSession) => Write::CloseSession,
        _ => Write::Refused(ErrorCode::MarshallingError),
    }
}

/// Answered from the applied state, without a transaction.
pub(crate) fn is_read(op: OpCode) -> bool {
    matches!(
        op,
        OpCode::GetData
            | OpCode::Exists
            | OpCode::Ping
            | OpCode::GetChildren
            | OpCode::GetChildren2
            | OpCode::GetAcl
            | OpCode::Sync
            | OpCode::SetWatches
            | OpCode::SetWatches2
            | OpCode::AddWatch
            | OpCode::CheckWatches
            | OpCode::RemoveWatches
            | OpCode::MultiRead
            | OpCode::GetEphemerals
            | OpCode::GetAllChildrenNumber
            | OpCode::WhoAmI
    )
}

/// Answered once its transaction is committed.
pub(crate) fn is_write(op: OpCode) -> bool {
    matches!(
        op,
        OpCode::Create
            | OpCode::Create2
            | OpCode::CreateContainer
            | OpCode::CreateTtl
            | OpCode::Delete
            | OpCode::DeleteContainer
            | OpCode::SetData
            | OpCode::SetAcl
            | OpCode::Multi
            | OpCode::Reconfig
            | OpCode::CloseSession
    )
}
