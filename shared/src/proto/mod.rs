//! The client protocol: what travels between a client and a server.
//!
//! A frame is a 32-bit length and a body. The first frame each way is [`ConnectRequest`] and
//! [`ConnectResponse`]; from then on a request is [`RequestHeader`] and its body
//! ([`Request`]), a reply [`ReplyHeader`] and its body ([`Response`]). Bodies do not say what
//! they are: a client knows a reply's kind by the request of the same xid.

mod connect;
mod frame;
mod header;
mod multi;
mod opcode;
mod records;
mod request;
mod response;
mod watch;

pub use connect::{ConnectRequest, ConnectResponse};
pub use frame::{DEFAULT_MAX_FRAME, FrameError, Frames, put_frame};
pub use header::{ReplyHeader, RequestHeader, xid};
pub use multi::{MultiHeader, MultiOp, MultiResult};
pub use opcode::OpCode;
pub use records::*;
pub use request::{Request, RequestError};
pub use response::Response;
pub use watch::{AddWatchMode, EventType, KeeperState, WatcherEvent, WatcherType};
