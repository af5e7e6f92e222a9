//! Disks that are damaged, full or stuck: a member that cannot vouch for its data says so and
//! does not vote, and the others go on.

use std::{fs, path::Path, time::Duration};

use super::SOME;
use crate::harness::{Ensemble, Volume};

#[test]
fn a_log_with_a_flipped_bit_is_refused() {
    let mut ensemble = Ensemble::started(3);
    let clients = ensemble.clients();
    clients.wait_for_writes(3 * SOME, &ensemble.sids());
    let victim = 1;
    ensemble.stop(victim);
    let log = flip_a_bit(
        ensemble
            .member(victim)
            .logs()
            .last()
            .expect("it has logged"),
    );
    let before = ensemble.member(victim).said().len();
    ensemble.start(victim);
    let said = ensemble.wait_for_failure(victim, before);
    assert!(said.contains(&log), "{log} is not named: {said}");
    assert!(said.contains("is corrupt at byte"), "{said}");
    assert!(!said.contains("serving"), "{said}");
    clients.wait_for_writes(SOME, &ensemble.others(&[victim]));
    // What its operator would do: the others have it all.
    fs::remove_dir_all(ensemble.member(victim).files()).expect("it is removed");
    ensemble.start(victim);
    ensemble.assert_nothing_lost(clients);
}

#[test]
#[ignore = "needs root and mount: cargo test -p zoowarden-server --test faults -- --ignored --test-threads 1"]
fn a_full_disk_takes_its_member_out() {
    for is_leader in [false, true] {
        let mut ensemble = Ensemble::new(3);
        let victim = 3;
        let volume = Volume::in_memory(&ensemble.member(victim).data(), 8192);
        // Among the first two the higher sid leads, and goes on to.
        let (first, last) = if is_leader { (victim, 2) } else { (2, victim) };
        ensemble.start(1);
        ensemble.start(first);
        ensemble.wait_settled();
        ensemble.start(last);
        assert_eq!(ensemble.wait_settled(), first);
        let clients = ensemble.clients();
        clients.wait_for_writes(SOME, &[victim]);
        let before = ensemble.member(victim).said().len();
        let ballast = fill(&ensemble.member(victim).data());
        let said = ensemble.wait_for_failure(victim, before);
        assert!(said.contains("No space left on device"), "{said}");
        clients.wait_for_writes(SOME, &ensemble.others(&[victim]));
        fs::remove_file(ballast).expect("it is removed");
        volume.resize(16_384);
        ensemble.start(victim);
        ensemble.assert_nothing_lost(clients);
    }
}

/// What a slow disk is at its worst: nothing is written or synced for seconds.
#[test]
#[ignore = "needs root, mkfs.ext4, a loop device and fsfreeze: cargo test -p zoowarden-server --test faults -- --ignored --test-threads 1"]
fn stuck_disks_stop_writes_only_where_they_are_a_quorum() {
    let mut ensemble = Ensemble::new(3);
    let volumes: Vec<Volume> = ensemble
        .sids()
        .into_iter()
        .map(|sid| Volume::on_loop_device(&ensemble.member(sid).data()))
        .collect();
    ensemble = ensemble.start_all();
    let clients = ensemble.clients();
    for volume in &volumes {
        clients.wait_for_writes(SOME, &ensemble.sids());
        volume.freeze();
        clients.wait_for_writes(SOME, &ensemble.sids());
        volume.thaw();
    }
    ensemble.wait_settled();
    clients.wait_for_writes(SOME, &ensemble.sids());
    volumes[0].freeze();
    volumes[1].freeze();
    let stuck = clients.writes_within(Duration::from_secs(3), &ensemble.sids());
    volumes[0].thaw();
    volumes[1].thaw();
    assert_eq!(stuck, 0, "acknowledged although only one could write");
    ensemble.assert_nothing_lost(clients);
}

/// Damages a record in the middle of a log, and returns the name of the file.
fn flip_a_bit(log: &Path) -> String {
    let mut bytes = fs::read(log).expect("it can be read");
    let written = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .unwrap_or_default();
    bytes[written / 2] ^= 0x10;
    fs::write(log, bytes).expect("it can be written");
    log.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Takes all the space that is left on a file system.
fn fill(directory: &Path) -> std::path::PathBuf {
    let ballast = directory.join("ballast");
    let file = fs::File::create(&ballast).expect("it is created");
    let mut file = std::io::BufWriter::with_capacity(4096, file);
    while std::io::Write::write_all(&mut file, &[1; 4096]).is_ok() {}
    // What is still buffered did not fit.
    let _ = file.into_parts();
    ballast
}
