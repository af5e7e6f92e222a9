//! Several clusters in console.toml: the fleet is the home screen, and the way between them.

use crate::{demo::is_usable, pane::Pane};

const CONSOLE_TOML: &str = "\
[[cluster]]
name = \"prod\"
tag = \"PROD\"
connect = [\"127.0.0.1:1\"]
[[cluster]]
name = \"test\"
connect = [\"127.0.0.1:2\"]
";

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn the_fleet_is_home_and_leads_from_cluster_to_cluster() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("console.toml");
    std::fs::write(&file, CONSOLE_TOML).unwrap();
    let config = format!("--config {}", file.display());

    let pane = Pane::run(120, 35, &config);
    let title = |screen: &str| screen.lines().next().unwrap_or_default().to_owned();
    pane.wait("the fleet, asked", |screen| {
        title(screen).contains("FLEET   2 clusters") && screen.contains("? 2 cannot tell")
    });
    pane.keys(&["j", "Enter"]);
    pane.wait("the second cluster", |screen| {
        title(screen).contains("ZOOWARDEN  test")
    });
    pane.keys(&["7"]);
    pane.wait("its znodes", |screen| screen.contains("── znodes"));
    pane.keys(&["Escape"]);
    pane.wait("its top", |screen| screen.contains("── ensemble"));
    pane.keys(&["Escape"]);
    pane.wait("the fleet again", |screen| {
        title(screen).contains("FLEET") && screen.contains("> ? CANNOT TELL  test")
    });
    pane.keys(&["k", "Enter"]);
    pane.wait("the first one", |screen| {
        title(screen).contains("ZOOWARDEN  prod  [PROD]")
    });
    pane.keys(&[":clusters", "Enter"]);
    pane.wait("the fleet by its name", |screen| {
        title(screen).contains("FLEET")
    });
    pane.keys(&["q"]);
    let end = pane.wait("the end", |screen| screen.contains("EXIT=0"));
    assert!(is_usable(&end), "{end}");

    let pane = Pane::run(120, 35, &format!("{config} --cluster test"));
    pane.wait("one cluster at once", |screen| {
        title(screen).contains("ZOOWARDEN  test")
    });
    pane.keys(&["C-c"]);
    pane.wait("the end", |screen| screen.contains("EXIT=0"));
}
