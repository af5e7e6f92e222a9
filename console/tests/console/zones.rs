//! The margin by zone, where console.toml names zones.

use std::collections::BTreeSet;

use zoowarden_console::{event::Command, model::zones::Zones};
use zoowarden_shared::Sid;

use crate::alarm_stage::Stage;

fn in_zones(zones: &[(&str, &[i64])]) -> Stage {
    let mut stage = Stage::of_ours(5);
    let zones = zones.iter().map(|(name, ids)| {
        let ids: BTreeSet<Sid> = ids.iter().map(|id| Sid(*id)).collect();
        ((*name).to_owned(), ids)
    });
    stage.console.model.cluster.zones = Zones(zones.collect());
    stage.play(5000);
    stage
}

#[test]
fn the_header_says_which_zone_may_go() {
    let mut stage = in_zones(&[("a", &[1, 4]), ("b", &[2, 5]), ("c", &[3])]);
    let header = |stage: &mut Stage| {
        let screen = stage.console.screen(120, 35);
        let mut lines = screen.lines();
        let line = lines.find(|line| line.starts_with(" voters"));
        line.unwrap_or_default().to_owned()
    };
    let line = header(&mut stage);
    assert!(line.contains("survives 2 more, any zone"), "{line}");
    stage.kill(3);
    stage.play(5000);
    let line = header(&mut stage);
    assert!(line.contains("survives 1 more, not zone a or b"), "{line}");
    stage.kill(4);
    stage.play(5000);
    let line = header(&mut stage);
    // Its zone c is gone already.
    assert!(line.contains("survives 0 more, not zone a or b"), "{line}");

    let mut uneven = in_zones(&[("a", &[1, 2, 5]), ("b", &[3]), ("c", &[4])]);
    let line = header(&mut uneven);
    assert!(line.contains("survives 2 more, not zone a"), "{line}");
    let mut without = in_zones(&[]);
    let line = header(&mut without);
    assert!(!line.contains("zone"), "{line}");
}

#[test]
fn a_member_says_where_it_stands_and_the_shift_is_told_what_a_zone_would_cost() {
    let mut stage = in_zones(&[("a", &[1, 2, 5]), ("b", &[3]), ("c", &[4])]);
    stage.console.keys("1");
    let overview = stage.console.screen(120, 35);
    assert!(overview.contains("1 zk1  zone a"), "{overview}");
    stage.console.keys("2g");
    let members = stage.console.screen(120, 35);
    assert!(
        members.contains("if zone a goes, 2 of 5 are left, need 3: writes stop"),
        "{members}"
    );
    stage.console.commands.clear();
    stage.console.keys(":handover<enter>");
    let told = stage
        .console
        .commands
        .iter()
        .find_map(|command| match command {
            Command::Save { text, .. } => Some(text.clone()),
            _ => None,
        });
    let told = told.expect("written");
    assert!(told.contains("- If zone a goes, 2 of 5 are left"), "{told}");
    assert!(!told.contains("If zone b goes"), "{told}");
}
