//! `reserve`: a member that has no quorum stands aside, until an operator has decided how its
//! ensemble goes on; see [`crate::quorum_loss`].

use serde_json::{Map, Value as Json, json};

use super::refusal::Refusal;
use crate::{
    admin::{
        Admin,
        answer::{Request, fields_of},
    },
    quorum_loss::Reservation,
};

impl Admin {
    /// `token`: for what follows; `ttl`: for how long, seconds. The answer is the last that this
    /// member says before it stands aside: what it has, which is frozen from now on.
    pub(super) async fn reserve(&self, request: &Request) -> Result<Map<String, Json>, Refusal> {
        let (token, ttl_s) = (request.parameter("token")?, request.number("ttl")?);
        let reservation = Reservation::new(token, ttl_s)?;
        let until_ms = reservation.until_ms();
        let data_dir = self.facts.configured.config.data_dir.clone();
        let driver = self.driver.clone();
        // On the driver's thread: nothing can come between the look, the promise and the end.
        let own = self.ordered(request, None, move |peer, _, _| {
            let own = peer.durable().ok_or(Refusal::Standalone)?;
            if !peer.is_looking() {
                return Err(Refusal::HasQuorum);
            }
            if own.last_zxid < zoowarden_shared::Zxid::ZERO {
                return Err(Refusal::NoData);
            }
            reservation
                .write(&data_dir)
                .map_err(crate::quorum_loss::ReservationError::from)?;
            driver.withdraw();
            Ok(own)
        });
        let own = own.await??;
        Ok(fields_of(json!({
            "zxid": own.last_zxid.to_string(),
            "current_epoch": own.current_epoch,
            "accepted_epoch": own.accepted_epoch,
            "until_ms": until_ms,
        })))
    }
}
