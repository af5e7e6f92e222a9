//! A member without a leader changes nothing, and says so: every write is refused with
//! `NotReadOnly`. (That what it shows is the state that it names is for `linear` to say.)

use zoowarden_shared::{ErrorCode, proto::OpCode};

use crate::history::History;

pub(super) fn check(history: &History) -> Result<(), String> {
    for op in history.ops.iter().filter(|op| op.is_read_only) {
        let opcode = op.request.opcode();
        // The session is the member's own: its end needs nobody else.
        let is_refused =
            (op.is_write() || opcode == OpCode::Sync) && opcode != OpCode::CloseSession;
        let Some(reply) = &op.reply else {
            continue;
        };
        if is_refused && reply.err != ErrorCode::NotReadOnly {
            return Err(format!(
                "read-only: {opcode:?} of session {} was answered {} by a member without a leader",
                op.session, reply.err
            ));
        }
    }
    if let Some(op) = history.ops.iter().find(|op| {
        let err = op.reply.as_ref().map(|reply| reply.err);
        !op.is_read_only && err == Some(ErrorCode::NotReadOnly)
    }) {
        return Err(format!(
            "read-only: {:?} of session {} was refused where there is a leader",
            op.request.opcode(),
            op.session
        ));
    }
    Ok(())
}
