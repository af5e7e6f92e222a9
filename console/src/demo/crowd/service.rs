//! An instance of a service: registers itself by an ephemeral and reports its load there.

use zoowarden_shared::{ErrorCode, proto::CreateMode};

use super::{ROOT, Visit, client::Result};

const REPORT_EVERY_MS: u64 = 250;

pub(super) async fn run(visit: Visit) -> Result<()> {
    let Visit { name, dice, .. } = &visit;
    let directory = format!("{ROOT}/services/{name}");
    visit.ensure(&directory).await?;
    // After a reconnect it is a new instance.
    visit.forget(&directory).await?;
    let port = 8000 + dice.below(1000);
    let path = format!("{directory}/10.1.7.{}:{port}", 10 + dice.below(200));
    loop {
        let report = format!(
            "{{\"service\":\"{name}\",\"requests_per_sec\":{},\"in_flight\":{}}}",
            100 + dice.below(900),
            dice.below(32)
        );
        match visit.set(&path, &report, None).await {
            Ok(()) => {}
            Err(e) if e.code() == Some(ErrorCode::NoNode) => {
                visit.create(&path, &report, CreateMode::Ephemeral).await?;
            }
            Err(e) => return Err(e),
        }
        dice.pause(REPORT_EVERY_MS).await;
    }
}
