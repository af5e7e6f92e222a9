//! How the rest of the server asks the peer something.

use std::{fmt, sync::Arc};

use tokio::sync::oneshot;
use zoowarden_peer::{Effects, Now, Peer};

use super::{
    inbox::{Inbox, Stopped},
    message::Control,
};

/// A way to the driver, for everyone but the client connections.
#[derive(Clone)]
pub(crate) struct DriverHandle {
    inbox: Arc<Inbox>,
}

impl DriverHandle {
    pub(crate) fn new(inbox: Arc<Inbox>) -> Self {
        Self { inbox }
    }

    /// Has the driver ask the peer, between two inputs.
    ///
    /// # Errors
    /// [`Stopped`] when there is no driver any more.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Peer, Now) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        self.order(|peer, now, _| question(peer, now)).await
    }

    /// The same for what changes something.
    ///
    /// # Errors
    /// [`Stopped`] when there is no driver any more.
    pub(crate) async fn order<T: Send + 'static>(
        &self,
        order: impl FnOnce(&mut Peer, Now, &mut Effects) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let (sender, answer) = oneshot::channel();
        let query = Box::new(move |peer: &mut Peer, now, effects: &mut Effects| {
            // Whoever asked may have gone away.
            let _ = sender.send(order(peer, now, effects));
        });
        self.inbox.send_control(Control::Query(query))?;
        answer.await.map_err(|_| Stopped)
    }

    /// From within an order: the driver ends before it takes anything more, so that the member
    /// stays what the order found it to be.
    pub(crate) fn withdraw(&self) {
        self.inbox.withdraw();
    }

    /// Ends the driver once the disk has all that was appended.
    pub(crate) fn stop(&self) {
        // A driver that is gone has stopped.
        let _ = self.inbox.send_control(Control::Stop);
    }
}

impl fmt::Debug for DriverHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DriverHandle").finish_non_exhaustive()
    }
}
