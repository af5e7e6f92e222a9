//! Inputs that no honest sender and no sane clock make.

use proptest::prelude::*;

use super::{
    super::{Calibration, Detector, ElectPolicy, SUSPECT_PHI, corroborated},
    sender::{INTERVAL_US, Sender, trained},
};

#[test]
fn who_never_spoke_cannot_fall_silent() {
    let mut detector = Detector::new(INTERVAL_US);
    detector.paused(5);
    assert_eq!(detector.phi(u64::MAX), None);
    assert_eq!(detector.availability(u64::MAX), None);
    assert_eq!(detector.deadline_us(SUSPECT_PHI), None);
}

#[test]
fn a_clock_that_goes_backwards_stands_still() {
    let mut sender = Sender::new(2);
    let mut detector = trained(&mut sender, 50);
    let phi = detector.phi(0).unwrap();
    assert!(phi < 0.1, "{phi}");
    detector.heard(sender.seq + 1, 0);
    assert!(detector.deadline_us(SUSPECT_PHI).unwrap() as f64 > sender.clock_us);
}

#[test]
fn duplicates_and_late_beats_are_neither_loss_nor_news() {
    let mut sender = Sender::new(4);
    let mut detector = trained(&mut sender, 50);
    let (late, _) = sender.next();
    let (seq, now_us) = sender.next();
    detector.heard(seq, now_us);
    assert!(detector.loss() > 0.0);
    let deadline_us = detector.deadline_us(SUSPECT_PHI);
    detector.heard(late, now_us + 50_000);
    assert_eq!(detector.loss(), 0.0);
    let without_loss_us = detector.deadline_us(SUSPECT_PHI);
    assert!(without_loss_us < deadline_us);
    for _ in 0..100 {
        detector.heard(late, now_us + 90_000);
        detector.heard(seq, now_us + 90_000);
    }
    assert_eq!(detector.deadline_us(SUSPECT_PHI), without_loss_us);
}

#[test]
fn a_restart_begins_anew() {
    for seq in [1, u64::MAX] {
        let mut sender = Sender {
            seq: 1_000_000,
            ..Sender::new(6)
        };
        let mut detector = trained(&mut sender, 50);
        detector.heard(seq, sender.clock_us as u64 + 700_000);
        assert_eq!(detector.calibration(), Calibration::Learning);
    }
    let mut detector = trained(&mut Sender::new(6), 50);
    detector.restarted();
    assert_eq!(detector.deadline_us(SUSPECT_PHI), None);
}

#[test]
fn two_vantages_or_one_very_sure_one_make_a_suspect() {
    assert!(!corroborated([]));
    assert!(!corroborated([7.9, 3.9, 0.0]));
    assert!(corroborated([0.0, 4.0, 4.0]));
    assert!(corroborated([8.0]));
}

proptest! {
    #[test]
    fn nothing_panics_and_phi_stays_a_number(
        interval_us: u64,
        beats in prop::collection::vec((any::<u64>(), any::<u64>(), 0..20u8), 0..60),
        near in prop::collection::vec((0..90u64, 0..9_000_000u64), 0..200),
        threshold: f64,
    ) {
        let policy = ElectPolicy::new(interval_us);
        for interval_us in [interval_us, INTERVAL_US] {
            let mut detector = Detector::new(interval_us);
            let wild = beats.iter().map(|&(seq, now_us, what)| (seq, now_us, what));
            for (seq, now_us, what) in wild.chain(near.iter().map(|&(seq, now)| (seq, now, 9))) {
                match what {
                    0 => detector.restarted(),
                    1 => detector.paused(now_us),
                    _ => detector.heard(seq, now_us),
                }
                if let Some(phi) = detector.phi(seq) {
                    prop_assert!((0.0..=300.0).contains(&phi), "{phi}");
                    prop_assert!((0.0..=1.0).contains(&detector.availability(seq).unwrap()));
                }
                let _ = detector.deadline_us(threshold);
                let _ = policy.deadline_us(&detector);
            }
        }
    }
}
