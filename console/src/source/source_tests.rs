//! The law of the data layer: no member holds up another.

use std::collections::BTreeMap;

use super::{
    fake::{member, only_srvr},
    *,
};
use crate::model::probe::{Fault, Outcome};

#[tokio::test]
async fn a_member_that_hangs_delays_nobody() {
    let (sender, mut events) = mpsc::channel(64);
    let mut sources = Sources::start(
        sender,
        Clock::start(),
        AdminPorts::same(1),
        Reach::default(),
        None,
    );
    let hangs = member(|_| None).await;
    let answers = member(only_srvr).await;
    let addresses = vec![hangs.clone(), answers.clone()];
    sources.perform(Command::Watch {
        addresses,
        hosts: Vec::new(),
    });
    let mut told: BTreeMap<String, Vec<Outcome>> = BTreeMap::new();
    // Until the one that hangs has run into its deadline.
    while !told.contains_key(&hangs) {
        if let Some(Event::Probe(probe)) = events.recv().await {
            told.entry(probe.address).or_default().push(probe.outcome);
        }
    }
    assert_eq!(told[&hangs], [Outcome::Silent(Fault::Hangs)]);
    assert!(
        told[&answers].len() >= 2,
        "it was asked once a second meanwhile"
    );
    sources.leave().await;
}
