//! The processes of a demo's members, which this console has started itself.

use tokio::sync::{mpsc, oneshot};

use super::{Fault, Lines, ended::Ended};
use crate::{action::plan::ProcessOrder, permit::Permit};

/// What is wanted of whoever keeps the processes, of the member at this client address.
#[derive(Debug)]
pub enum ProcessRequest {
    /// To do something, and tell what came of it.
    Order {
        order: ProcessOrder,
        address: String,
        done: oneshot::Sender<Result<String, String>>,
    },
    /// To tell whether it has ended, and stays down.
    Ended {
        address: String,
        told: oneshot::Sender<Option<Ended>>,
    },
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
        let request = ProcessRequest::Order {
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

    pub(super) async fn ended(&self, address: &str) -> Option<Ended> {
        let (told, answer) = oneshot::channel();
        let address = address.to_owned();
        let request = ProcessRequest::Ended { address, told };
        self.0.send(request).await.ok()?;
        answer.await.ok()?
    }
}
