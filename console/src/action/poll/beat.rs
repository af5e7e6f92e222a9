//! One heartbeat of each member of ours: whether anything passes between it and its leader. A
//! member answers as before for `syncLimit` ticks after its link was cut, and so does the leader
//! about it; a gate must not count it until then.

use std::time::Duration;

use tokio::time::timeout;
use zoowarden_client::http_lines::HttpLines;
use zoowarden_shared::{
    Sid,
    admin::{EnsembleBeat, Heartbeat, STREAM_PATH},
};

use super::Way;

/// A link over which nothing came for so long is cut, as on the Links screen; milliseconds.
const SEVERED_MS: u64 = 1_000;

/// The next beat of the member with this AdminServer; `None` where it is of no ensemble, has no
/// stream, or has no place for another listener.
pub(super) async fn next(way: &Way, admin: &str, deadline: Duration) -> Option<EnsembleBeat> {
    let path = format!("/commands/{STREAM_PATH}");
    let opening = HttpLines::open_by(&way.reach.admin, admin, &path, deadline);
    let mut lines = opening.await.ok()?;
    let line = timeout(deadline, lines.next()).await.ok()?.ok()??;
    Heartbeat::parse(&line)?.ensemble
}

/// Whether nothing passes, in one direction or both, between this member and its leader.
pub(super) fn is_cut_off<'a>(sid: Sid, mut beats: impl Iterator<Item = &'a EnsembleBeat>) -> bool {
    beats.any(|beat| {
        let mut learners = beat.learners.iter();
        let silent_ms = match beat.sid == sid.0 {
            true => beat.leader_silent_ms,
            false => learners
                .find(|learner| learner.sid == sid.0)
                .and_then(|learner| learner.silent_ms),
        };
        silent_ms.is_some_and(|ms| ms >= SEVERED_MS)
    })
}

/// Whether this member itself says that it has no vote to give.
pub(super) fn abstains<'a>(sid: Sid, mut beats: impl Iterator<Item = &'a EnsembleBeat>) -> bool {
    beats.any(|beat| beat.sid == sid.0 && beat.abstains)
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::admin::LearnerBeat;

    use super::*;

    #[test]
    fn either_end_of_a_cut_link_tells_of_the_follower() {
        let beat = |sid, leader_silent_ms, of_two| EnsembleBeat {
            sid,
            leader_silent_ms,
            learners: vec![LearnerBeat {
                sid: 2,
                votes: true,
                synced: true,
                synced_by: None,
                acked: 0,
                silent_ms: of_two,
            }],
            ..EnsembleBeat::default()
        };
        let says = |beats: [EnsembleBeat; 2]| is_cut_off(Sid(2), beats.iter());
        assert!(!says([beat(3, None, None), beat(2, Some(700), None)]));
        assert!(says([beat(3, None, None), beat(2, Some(1_000), None)]));
        assert!(says([beat(3, None, Some(1_200)), beat(2, None, None)]));
        assert!(!is_cut_off(Sid(1), [beat(3, None, Some(1_200))].iter()));
    }
}
