//! A client's connection to a member.

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    SessionId,
    proto::{Frames, OpCode},
};

use crate::pipe::Pipe;

/// What a client sends.
#[derive(Debug)]
pub(crate) enum ToServer {
    Open,
    Frames(Bytes),
    End,
}

/// What a client is sent.
#[derive(Debug)]
pub(crate) enum ToClient {
    Bytes(Bytes),
    End,
}

/// The connection, both directions.
#[derive(Debug)]
pub(crate) struct Conn {
    pub(crate) client: usize,
    pub(crate) member: usize,
    /// Of which process of the member, once that has accepted it.
    pub(crate) boot: Option<u32>,
    pub(crate) to_server: Pipe<ToServer>,
    pub(crate) to_client: Pipe<ToClient>,
    /// Whether the member reads it.
    pub(crate) reads: bool,
    /// Whether the member has not closed it.
    pub(crate) server_open: bool,
    /// Whether the client has not.
    pub(crate) client_open: bool,
    /// The session that goes on here, once the client knows: all that it sends after is heard
    /// of that session.
    pub(crate) session: Option<SessionId>,
    /// Whether the member was given the request to close the session: behind that it reads
    /// nothing, whatever the client thinks by then.
    is_ending: bool,
    /// Watch events that a flaw holds back.
    pub(crate) held_events: Vec<u8>,
}

impl Conn {
    pub(crate) fn new(client: usize, member: usize) -> Self {
        Self {
            client,
            member,
            boot: None,
            to_server: Pipe::new(),
            to_client: Pipe::new(),
            reads: true,
            server_open: true,
            client_open: true,
            session: None,
            is_ending: false,
            held_events: Vec::new(),
        }
    }

    /// The member is about to be given these frames: the session of which it hears by them.
    pub(crate) fn hears(&mut self, frames: &[u8]) -> Option<SessionId> {
        let heard = self.session.filter(|_| !self.is_ending);
        let mut input = BytesMut::from(frames);
        while let Ok(Some(frame)) = Frames::new(&mut input, usize::MAX).next_frame() {
            let code = frame.get(4..8).and_then(|code| code.try_into().ok());
            let code = code.map(i32::from_be_bytes);
            // The handshake has no opcode, and comes before there is a session.
            self.is_ending |= heard.is_some() && code == Some(OpCode::CloseSession.code());
        }
        heard
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::proto::put_frame;

    use super::*;

    fn frame(op: OpCode) -> Bytes {
        let mut out = BytesMut::new();
        put_frame(&mut out, |out| {
            out.extend_from_slice(&7_i32.to_be_bytes());
            out.extend_from_slice(&op.code().to_be_bytes());
        });
        out.freeze()
    }

    /// The client may have given up the connection since, and forgotten that it asked.
    #[test]
    fn simulator_2038627_behind_the_end_of_its_session_nothing_is_heard() {
        let mut conn = Conn::new(1, 2);
        assert_eq!(conn.hears(&frame(OpCode::GetData)), None, "not established");
        let session = Some(SessionId(5));
        conn.session = session;
        assert_eq!(conn.hears(&frame(OpCode::GetData)), session);
        let both = [frame(OpCode::CloseSession), frame(OpCode::GetData)].concat();
        assert_eq!(conn.hears(&both), session, "the first of them");
        assert_eq!(conn.hears(&frame(OpCode::GetData)), None);
    }
}
