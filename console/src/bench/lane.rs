//! One session under load: a non-blocking socket, a window of requests in flight, and when
//! each of them was sent.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    time::Instant,
};

use bytes::BytesMut;
use zoowarden_shared::{
    jute::Jute,
    proto::{OpCode, RequestHeader, put_frame},
};

use super::{
    frame::{ReplyHead, Template},
    keys::Keys,
    wire::Wire,
};

/// What a lane asks for, and for which keys.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) keys: Keys,
    /// Asked for in turn; at least one.
    templates: Vec<Template>,
    turn: usize,
}

impl Work {
    pub(super) fn new(keys: Keys, templates: Vec<Template>) -> Self {
        Self {
            keys,
            templates,
            turn: 0,
        }
    }

    /// Appends the next request, unless all keys are used.
    fn append_next(&mut self, out: &mut Vec<u8>, xid: i32) -> bool {
        let Some(key) = self.keys.next() else {
            return false;
        };
        self.templates[self.turn].append(out, xid, key);
        self.turn = (self.turn + 1) % self.templates.len();
        true
    }
}

/// One session.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) wire: Wire,
    window: usize,
    max_frame: usize,
    /// When each outstanding request was handed to the socket, oldest first.
    sent: VecDeque<Instant>,
    next_xid: i32,
    due_xid: i32,
    unwritten: Vec<u8>,
    written: usize,
    /// The beginning of a reply whose rest has not come yet.
    partial: Vec<u8>,
    /// All keys of the work under way are used.
    exhausted: bool,
    /// Keys asked for in the work under way.
    pub(super) issued: u64,
}

impl Lane {
    /// Of a session that is open.
    pub(super) fn new(wire: Wire, window: usize, max_frame: usize) -> Self {
        Self {
            wire,
            window,
            max_frame,
            sent: VecDeque::with_capacity(window),
            next_xid: 1,
            due_xid: 1,
            unwritten: Vec::new(),
            written: 0,
            partial: Vec::new(),
            exhausted: false,
            issued: 0,
        }
    }

    /// The longest reply taken, length prefix included, bytes.
    pub(super) fn max_frame(&self) -> usize {
        self.max_frame
    }

    /// Before other work begins.
    pub(super) fn restart(&mut self) {
        self.exhausted = false;
        self.issued = 0;
    }

    /// Whether nothing is outstanding and nothing more will be.
    pub(super) fn is_done(&self, stopping: bool) -> bool {
        self.sent.is_empty() && (stopping || self.exhausted)
    }

    /// Fills the window, unless `stopping`, and writes what the socket takes.
    pub(super) fn fill(&mut self, work: &mut Work, now: Instant, stopping: bool) -> io::Result<()> {
        while !stopping && !self.exhausted && self.sent.len() < self.window {
            if !work.append_next(&mut self.unwritten, self.next_xid) {
                self.exhausted = true;
                break;
            }
            self.next_xid = next(self.next_xid);
            self.issued += 1;
            self.sent.push_back(now);
        }
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        while self.written < self.unwritten.len() {
            match self.wire.write(&self.unwritten[self.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.written += count,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.unwritten.clear();
        self.written = 0;
        match self.wire.flush() {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => Ok(()),
            flushed => flushed,
        }
    }

    /// Reads all that has come, by way of `scratch` (larger than the largest reply), and
    /// tells of each reply how its request went: when it was sent, and the error code.
    pub(super) fn read(
        &mut self,
        scratch: &mut [u8],
        mut answered: impl FnMut(Instant, i32),
    ) -> io::Result<()> {
        loop {
            let kept = self.partial.len();
            scratch[..kept].copy_from_slice(&self.partial);
            self.partial.clear();
            let room = scratch.len() - kept;
            let count = match self.wire.read(&mut scratch[kept..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => 0,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => 0,
                Err(e) => return Err(e),
            };
            let mut rest = &scratch[..kept + count];
            while let Some(head) = ReplyHead::read(rest, self.max_frame).map_err(bad_length)? {
                rest = &rest[head.frame..];
                let sent = self.sent.pop_front().filter(|_| head.xid == self.due_xid);
                let sent = sent.ok_or_else(|| out_of_order(head.xid, self.due_xid))?;
                self.due_xid = next(self.due_xid);
                answered(sent, head.err);
            }
            self.partial.extend_from_slice(rest);
            if self.wire.is_emptied_by(count, room) {
                return Ok(());
            }
        }
    }

    /// Ends the session: the server's answer is not waited for.
    pub(super) fn close(mut self) {
        let mut frame = BytesMut::new();
        put_frame(&mut frame, |out| {
            RequestHeader {
                xid: self.next_xid,
                op: OpCode::CloseSession.code(),
            }
            .encode(out);
        });
        // Whether it arrives or not, the session goes: at once, or when it expires.
        let _ = self.wire.write(&frame);
    }
}

/// xids count up from 1 and start again there.
fn next(xid: i32) -> i32 {
    xid.checked_add(1).unwrap_or(1)
}

fn bad_length(length: i32) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("a reply of {length} bytes"),
    )
}

fn out_of_order(got: i32, due: i32) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("a reply with xid {got} where {due} was due"),
    )
}
