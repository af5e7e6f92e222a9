//! A client's connection to a member.

use bytes::Bytes;
use zoowarden_shared::SessionId;

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
            held_events: Vec::new(),
        }
    }
}
