//! How much may be outstanding (`ServerCnxn.incrOutstandingAndCheckThrottle` and its
//! counterpart): above `globalOutstandingLimit`, a connection that waits for a reply already
//! is not read until it has one. Every connection may so have one request in the pipeline.

use crate::{
    effect::{Effect, Effects},
    input::ConnId,
    peer::Peer,
};

impl Peer {
    /// A request is in the pipeline. Those without a positive xid (pings and the like) are not
    /// held against the connection.
    pub(crate) fn request_queued(&mut self, conn: ConnId, xid: i32, out: &mut Effects) {
        self.in_process += 1;
        if xid <= 0 {
            return;
        }
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.outstanding += 1;
        }
        if self.is_over_limit() {
            self.pause(conn, out);
        }
    }

    /// A reply was sent.
    pub(crate) fn request_answered(&mut self, conn: ConnId, xid: i32, out: &mut Effects) {
        if xid <= 0 {
            return;
        }
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.outstanding = connection.outstanding.saturating_sub(1);
            if connection.paused {
                self.resume_if_allowed(conn, out);
            }
        }
    }

    /// Stops reading the connection.
    pub(crate) fn pause(&mut self, conn: ConnId, out: &mut Effects) {
        if let Some(connection) = self.connections.get_mut(conn)
            && !connection.paused
        {
            connection.paused = true;
            self.metrics.request_throttle_wait_count += 1;
            out.push(Effect::PauseReading(conn));
        }
    }

    /// Reads the connection again, unless too much is outstanding, here and in all.
    pub(crate) fn resume_if_allowed(&mut self, conn: ConnId, out: &mut Effects) {
        let over_limit = self.is_over_limit();
        if let Some(connection) = self.connections.get_mut(conn)
            && connection.paused
            && !(over_limit && connection.outstanding > 0)
        {
            connection.paused = false;
            out.push(Effect::ResumeReading(conn));
        }
    }

    fn is_over_limit(&self) -> bool {
        self.in_process > self.config.global_outstanding_limit as usize
    }
}
