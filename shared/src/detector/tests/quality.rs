//! How soon the dead are detected, and how seldom the living are accused.

use proptest::prelude::*;

use super::{
    super::{Calibration, Detector, PROBE_PHI, SUSPECT_ALONE_PHI, SUSPECT_PHI},
    sender::{INTERVAL_US, Sender, trained},
};

const BEATS_A_DAY: u32 = 864_000;

/// The plain detector: the same logistic, over raw gaps and without learned loss.
struct Plain {
    gaps_us: std::collections::VecDeque<f64>,
    last_us: u64,
}

impl Plain {
    fn phi_then_hear(&mut self, now_us: u64) -> f64 {
        let gap_us = (now_us - self.last_us) as f64;
        self.last_us = now_us;
        let count = self.gaps_us.len() as f64;
        let mean = self.gaps_us.iter().sum::<f64>() / count;
        let variance = self
            .gaps_us
            .iter()
            .map(|gap| (gap - mean).powi(2))
            .sum::<f64>()
            / count;
        let sigma = variance.sqrt().max(INTERVAL_US as f64 / 20.0);
        let phi = super::super::Logistic::new(mean, sigma).phi(gap_us);
        if self.gaps_us.len() == 100 {
            self.gaps_us.pop_front();
        }
        self.gaps_us.push_back(gap_us);
        if count < 10.0 { 0.0 } else { phi }
    }
}

#[test]
fn a_crash_is_suspected_within_75_ms_in_the_mean_and_125_at_worst() {
    let mut delays_us = Vec::new();
    for seed in 0..200 {
        let mut sender = Sender::new(seed);
        let detector = trained(&mut sender, 200);
        // The sender dies at some time before it would have sent the next beat.
        let died_us = sender.clock_us + sender.random.unit() * INTERVAL_US as f64;
        let suspected_us = detector.deadline_us(SUSPECT_PHI).unwrap();
        delays_us.push(suspected_us as f64 - died_us);
    }
    let mean_ms = delays_us.iter().sum::<f64>() / delays_us.len() as f64 / 1000.0;
    let worst_ms = delays_us.iter().copied().fold(0.0, f64::max) / 1000.0;
    assert!((70.0..80.0).contains(&mean_ms), "{mean_ms} ms in the mean");
    assert!(worst_ms < 127.0, "{worst_ms} ms at worst");
}

#[test]
fn under_loss_false_accusations_are_a_hundredth_of_the_plain_ones() {
    let mut sender = Sender {
        loss: 0.05,
        ..Sender::new(7)
    };
    let mut detector = Detector::new(INTERVAL_US);
    let mut plain = Plain {
        gaps_us: Default::default(),
        last_us: sender.clock_us as u64,
    };
    let (mut ours, mut plains) = (0, 0);
    for _ in 0..BEATS_A_DAY {
        let (seq, now_us) = sender.next();
        // The longest silence is the one that this beat ends.
        ours += u32::from(
            detector
                .phi(now_us)
                .is_some_and(|phi| phi >= SUSPECT_ALONE_PHI),
        );
        plains += u32::from(plain.phi_then_hear(now_us) >= SUSPECT_ALONE_PHI);
        detector.heard(seq, now_us);
    }
    assert!(
        (0.03..0.07).contains(&detector.loss()),
        "{}",
        detector.loss()
    );
    assert!(plains > 50, "the plain detector made {plains} mistakes");
    assert!(
        ours <= 1,
        "{ours} mistakes in a day, the plain one {plains}"
    );
}

#[test]
fn a_quiet_link_is_not_accused_in_three_hours() {
    let mut sender = Sender {
        jitter_us: 2_000.0,
        ..Sender::new(11)
    };
    let mut detector = Detector::new(INTERVAL_US);
    let mut highest: f64 = 0.0;
    for _ in 0..BEATS_A_DAY / 8 {
        let (seq, now_us) = sender.next();
        highest = highest.max(detector.phi(now_us).unwrap_or(0.0));
        detector.heard(seq, now_us);
    }
    assert!(highest < SUSPECT_ALONE_PHI, "{highest}");
}

#[test]
fn a_sender_whose_timer_runs_slow_is_not_accused() {
    let mut sender = Sender {
        interval_us: 104_000.0,
        ..Sender::new(3)
    };
    let mut detector = trained(&mut sender, 200);
    for _ in 0..2_000 {
        let (seq, now_us) = sender.next();
        assert!(detector.phi(now_us).unwrap() < PROBE_PHI);
        detector.heard(seq, now_us);
    }
}

#[test]
fn there_is_no_verdict_before_ten_beats() {
    let mut sender = Sender::new(1);
    let detector = trained(&mut sender, 9);
    let last_us = sender.clock_us as u64;
    assert_eq!(detector.phi(last_us + 60_000_000), None);
    assert_eq!(detector.calibration(), Calibration::Learning);
    let deadline_us = detector.deadline_us(SUSPECT_PHI).unwrap();
    assert!((1_000_000..1_010_000).contains(&(deadline_us - last_us)));
    assert!(trained(&mut Sender::new(1), 10).phi(last_us).is_some());
}

#[test]
fn wide_scatter_is_uncalibrated() {
    let mut sender = Sender {
        jitter_us: 30_000.0,
        ..Sender::new(5)
    };
    assert_eq!(
        trained(&mut sender, 200).calibration(),
        Calibration::Uncalibrated
    );
    assert_eq!(
        trained(&mut Sender::new(5), 200).calibration(),
        Calibration::Calibrated
    );
}

#[test]
fn the_floor_of_sigma_is_a_twentieth_of_the_interval() {
    let mut sender = Sender {
        jitter_us: 0.0,
        ..Sender::new(5)
    };
    let fitted = trained(&mut sender, 50).fitted().unwrap();
    assert!((36.0..36.4).contains(&fitted.k_mu()), "{}", fitted.k_mu());
}

#[test]
fn after_an_own_pause_nobody_is_accused_until_beats_had_a_chance() {
    let mut sender = Sender::new(9);
    let mut detector = trained(&mut sender, 100);
    let woke_us = sender.clock_us as u64 + 3_000_000;
    assert!(detector.phi(woke_us).unwrap() > SUSPECT_ALONE_PHI);
    detector.paused(woke_us);
    assert!(detector.phi(woke_us + INTERVAL_US).unwrap() < PROBE_PHI);
    // Who stays silent then is suspected as soon as ever.
    let after_us = detector.deadline_us(SUSPECT_PHI).unwrap() - woke_us;
    assert!((120_000..130_000).contains(&after_us), "{after_us}");
    // What was queued meanwhile does not bend the line.
    let before = detector.fitted().unwrap();
    for _ in 0..30 {
        let (seq, _) = sender.next();
        detector.heard(seq, woke_us + 10);
    }
    assert_eq!(detector.fitted().unwrap(), before);
    assert_eq!(detector.loss(), 0.0);
    sender.beat(&mut detector, 5);
    assert_eq!(detector.calibration(), Calibration::Calibrated);
}

#[test]
fn a_sender_that_stood_still_is_learned_anew() {
    let mut sender = Sender::new(13);
    let mut detector = trained(&mut sender, 100);
    sender.clock_us += 2_000_000.0;
    let (seq, now_us) = sender.next();
    assert!(detector.phi(now_us).unwrap() > SUSPECT_ALONE_PHI);
    detector.heard(seq, now_us);
    for _ in 0..300 {
        let (seq, now_us) = sender.next();
        let phi = detector.phi(now_us);
        assert!(
            phi.is_none_or(|phi| phi < SUSPECT_PHI),
            "{phi:?} after the pause"
        );
        detector.heard(seq, now_us);
    }
    assert_eq!(detector.calibration(), Calibration::Calibrated);
    assert_eq!(detector.loss(), 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn suspicion_rises_and_availability_falls_with_silence(
        seed: u64, loss in 0.0..0.4, jitter_us in 0.0..40_000.0,
    ) {
        let mut sender = Sender { loss, jitter_us, ..Sender::new(seed) };
        let detector = trained(&mut sender, 150);
        let (mut phi, mut availability) = (0.0, 1.0);
        for step in 0..400 {
            let now_us = sender.clock_us as u64 + step * 10_000;
            let (next_phi, next) =
                (detector.phi(now_us).unwrap(), detector.availability(now_us).unwrap());
            prop_assert!(next_phi >= phi && (0.0..=availability).contains(&next));
            (phi, availability) = (next_phi, next);
        }
    }

    #[test]
    fn the_deadline_is_where_phi_reaches_the_threshold(
        seed: u64, loss in 0.0..0.4, jitter_us in 0.0..40_000.0, threshold in 0.5..12.0,
    ) {
        let mut sender = Sender { loss, jitter_us, ..Sender::new(seed) };
        let detector = trained(&mut sender, 150);
        let deadline_us = detector.deadline_us(threshold).unwrap();
        // A beat that came later than that is the only one whose phi is beyond it at once.
        if deadline_us > sender.clock_us as u64 + 200_000 {
            prop_assert!(detector.phi(deadline_us + 1).unwrap() >= threshold - 1e-6);
            prop_assert!(detector.phi(deadline_us - 100).unwrap() < threshold);
        }
    }
}
