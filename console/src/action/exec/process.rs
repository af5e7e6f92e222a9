//! The processes of a demo's members, which this console has started itself.

use tokio::sync::{mpsc, oneshot};

use super::{Fault, Lines};
use crate::{action::plan::ProcessOrder, permit::Permit};

/// An order to whoever keeps the processes.
#[derive(Debug)]
pub struct ProcessRequest {
    pub order: ProcessOrder,
    /// The member's client address.
    pub address: String,
    /// What came of it.
    pub done: oneshot::Sender<Result<String, String>>,
}

/// The way to whoever keeps the processes. It is as good as the processes' owner is alive.
#[derive(Clone, Debug)]
pub struct Processes(mpsc::Sender<ProcessRequest>);

impl Processes {
    /// The way to the one who receives these.
    #[must_use]
    pub fn new(requests: mpsc::Sender<ProcessRequest>) -> Self {
        Self(requests)
    }

    pub(super) async fn perform(
        &self,
        _permit: Permit,
        order: ProcessOrder,
        address: &str,
        lines: &Lines,
    ) -> Result<(), Fault> {
        let (done, answer) = oneshot::channel();
        let request = ProcessRequest {
            order,
            address: address.to_owned(),
            done,
        };
        let gone = || Fault::Failed("the demo has ended".to_owned());
        self.0.send(request).await.map_err(|_| gone())?;
        match answer.await.map_err(|_| gone())? {
            Ok(said) => {
                lines.tell(&said).await;
                Ok(())
            }
            Err(why) => Err(Fault::Failed(why)),
        }
    }
}
