//! An instance of a service: registers itself by an ephemeral and reports its load there.

use zoowarden_shared::{ErrorCode, proto::CreateMode};

use super::{ROOT, Visit, create, ensure, forget, member::Result};

const REPORT_EVERY_MS: u64 = 250;

pub(super) async fn run(visit: Visit) -> Result<()> {
    let Visit { zk, name, dice, .. } = &visit;
    let directory = format!("{ROOT}/services/{name}");
    ensure(zk, &directory).await?;
    // After a reconnect it is a new instance.
    forget(zk, &directory).await?;
    let port = 8000 + dice.below(1000);
    let path = format!("{directory}/10.1.7.{}:{port}", 10 + dice.below(200));
    loop {
        let report = format!(
            "{{\"service\":\"{name}\",\"requests_per_sec\":{},\"in_flight\":{}}}",
            100 + dice.below(900),
            dice.below(32)
        );
        match zk.set_data(&path, report.clone().into_bytes(), None).await {
            Ok(_) => {}
            Err(e) if e.code() == Some(ErrorCode::NoNode) => {
                create(zk, &path, &report, CreateMode::Ephemeral).await?;
            }
            Err(e) => return Err(e),
        }
        dice.pause(REPORT_EVERY_MS).await;
    }
}
