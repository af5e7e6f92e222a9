//! Tells members of ours that this console is here, and asks each who else is.

use std::time::Duration;

use tokio::task::JoinSet;
use zoowarden_client::http;
use zoowarden_shared::admin::{CONSOLES_PATH, Consoles, MAX_CONSOLES, Presence};

use super::{AdminPorts, Context};
use crate::event::Event;

/// For one member. It is told again soon.
const DEADLINE: Duration = Duration::from_secs(3);

/// All of them at once; ends when each has answered. A member of an older version answers with an
/// error, and so with nobody.
pub(super) async fn run(
    context: Context,
    admin: AdminPorts,
    addresses: Vec<String>,
    presence: Presence,
) {
    let Ok(body) = serde_json::to_vec(&presence) else {
        return;
    };
    let mut told = JoinSet::new();
    for address in addresses {
        let (context, at) = (context.clone(), admin.address_of(&address));
        let body = body.clone().into();
        told.spawn(async move {
            context.load.request();
            let path = format!("/commands/{CONSOLES_PATH}");
            let telling = http::tell_by(&context.reach.admin, &at, &path, body, DEADLINE);
            let Ok(answer) = telling.await else { return };
            if let Ok(told) = serde_json::from_str::<Consoles>(&answer.body) {
                let consoles = told.consoles.into_iter().take(MAX_CONSOLES).collect();
                context.tell(Event::Consoles { address, consoles }).await;
            }
        });
    }
    told.join_all().await;
}
