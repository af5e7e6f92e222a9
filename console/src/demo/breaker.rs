//! The way from the menu `B` to the member whose process it is about.

use std::collections::BTreeMap;

use tokio::sync::{mpsc, oneshot};

use super::member::{MemberOrder, Told};
use crate::{model::breaks::Breakage, permit::Permit};

/// Breaks the members of one demo, for as long as that is there.
#[derive(Clone, Debug)]
pub struct Breaker(pub(super) BTreeMap<String, mpsc::WeakSender<MemberOrder>>);

impl Breaker {
    /// Does it; what came of it, in words.
    ///
    /// # Errors
    /// Why nothing was done.
    pub async fn perform(
        &self,
        _permit: Permit,
        breakage: Breakage,
        address: &str,
    ) -> Result<String, String> {
        let gone = || "the demo has ended".to_owned();
        let member = self.0.get(address).and_then(mpsc::WeakSender::upgrade);
        let (done, answer) = oneshot::channel();
        let order = MemberOrder {
            told: Told::Break(breakage),
            done,
        };
        let sent = member.ok_or_else(gone)?.send(order).await;
        sent.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}
