//! What stands before every body after the handshake.

use crate::{error::ErrorCode, ids::Zxid, jute::record};

/// The xids with a meaning of their own.
pub mod xid {
    /// A watch event from the server.
    pub const NOTIFICATION: i32 = -1;
    /// A ping and its reply.
    pub const PING: i32 = -2;
    /// An auth packet and its reply.
    pub const AUTH: i32 = -4;
    /// A setWatches or setWatches2 and its reply.
    pub const SET_WATCHES: i32 = -8;
}

record! {
    /// Before a request's body.
    #[derive(Copy)]
    pub struct RequestHeader {
        /// The client's number of this request, which the reply repeats.
        pub xid: i32,
        /// The kind of request, an [`super::OpCode`].
        pub op: i32,
    }
}

record! {
    /// Before a reply's body, and before a watch event.
    #[derive(Copy)]
    pub struct ReplyHeader {
        /// The request's, or one of [`xid`].
        pub xid: i32,
        /// The last transaction that the server had applied; of a write, its own.
        pub zxid: Zxid,
        /// A reply with an error has no body.
        pub err: ErrorCode,
    }
}
