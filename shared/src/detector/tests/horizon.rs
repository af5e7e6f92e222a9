//! Early warning: the forecast and its certainty.

use super::{
    super::{Forecast, Horizon},
    sender::Random,
};

const MINUTE_US: u64 = 60_000_000;

/// Sixty minutes of a level that moves by `slope` a minute, with noise of `noise`.
fn watched(limit: f64, start: f64, slope: f64, noise: f64) -> Option<Forecast> {
    let (mut horizon, mut random) = (Horizon::new(limit), Random(1));
    for minute in 0..60 {
        let level = start + slope * minute as f64 + noise * (random.unit() - 0.5);
        horizon.sample(minute * MINUTE_US, level);
    }
    horizon.forecast()
}

#[test]
fn a_disk_that_fills_is_foretold() {
    // 1 % a minute from 20 %: full after 80 minutes.
    let forecast = watched(100.0, 20.0, 1.0, 2.0).unwrap();
    let minutes = forecast.exhausted_us() / MINUTE_US as f64;
    assert!((78.0..82.0).contains(&minutes), "{minutes}");
    assert!(forecast.exhausted_by(70 * MINUTE_US) < 0.01);
    assert!(forecast.exhausted_by(90 * MINUTE_US) > 0.99);
}

#[test]
fn free_space_counts_down_as_well() {
    let forecast = watched(0.0, 80.0, -1.0, 2.0).unwrap();
    assert!((78.0..82.0).contains(&(forecast.exhausted_us() / MINUTE_US as f64)));
}

#[test]
fn a_noisier_level_makes_a_wider_forecast() {
    let early = |noise| {
        watched(100.0, 20.0, 1.0, noise)
            .unwrap()
            .exhausted_by(76 * MINUTE_US)
    };
    assert!(early(30.0) > early(2.0));
}

#[test]
fn without_a_clear_trend_towards_the_limit_there_is_no_warning() {
    assert_eq!(watched(100.0, 50.0, 0.0, 10.0), None);
    assert_eq!(watched(100.0, 90.0, -1.0, 1.0), None);
    assert_eq!(Horizon::new(1.0).forecast(), None);
}

#[test]
fn senseless_samples_are_ignored() {
    let mut horizon = Horizon::new(100.0);
    for (now_us, level) in [
        (5, 1.0),
        (5, 2.0),
        (4, 3.0),
        (6, f64::NAN),
        (7, f64::INFINITY),
    ] {
        horizon.sample(now_us, level);
    }
    assert_eq!(horizon.forecast(), None);
}
