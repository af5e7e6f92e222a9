//! The process that runs what a console has shown, and nothing else.

use super::ensemble::Ensemble;

#[test]
fn a_plan_other_than_the_one_that_was_shown_is_not_begun() {
    let ensemble = Ensemble::ours(1);
    let pid = ensemble.pid(1);
    let state = tempfile::tempdir().unwrap();
    let journal = state.path().join("zoowarden/plans/1-restart-1.jsonl");
    let (code, answer) = ensemble.act(&[
        "--reason",
        "a test",
        "--confirm",
        "test",
        "--shown",
        "0123456789abcdef",
        "--journal",
        journal.to_str().unwrap(),
        "rolling-restart",
    ]);
    assert_eq!(code, 2, "{answer:#}");
    let last = std::fs::read_to_string(&journal).unwrap();
    assert!(last.contains("not_begun"), "{last}");
    assert_eq!(ensemble.pid(1), pid, "nothing was sent");
}
