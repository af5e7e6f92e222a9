//! Znodes found, changed and taken back by keystrokes, on a real member: the console but for
//! its terminal, and a second client that gets in its way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails in a test's helpers fails the test"
)]

mod console;
mod member;

use zoowarden_client::{ConnectOptions, Connection};
use zoowarden_console::model::ui::Overlay;
use zoowarden_shared::{
    acl::Acl,
    proto::CreateMode,
    quota::{limits_path, stats_path},
};

use console::Console;
use member::Member;

async fn other(member: &Member) -> Connection {
    let connected = Connection::connect(&member.address, ConnectOptions::default()).await;
    connected.expect("a second client").0
}

async fn create(client: &Connection, path: &str, data: &str, mode: CreateMode) {
    let data = data.to_owned();
    let made = client.create(path, data, &Acl::open(), mode).await;
    made.unwrap_or_else(|e| panic!("{path}: {e}"));
}

async fn data(client: &Connection, path: &str) -> Option<String> {
    let answer = client.get_data(path, false).await.ok()?;
    let bytes = answer.value.data.unwrap_or_default();
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

async fn is_there(client: &Connection, path: &str) -> bool {
    client
        .exists(path, false)
        .await
        .expect("exists")
        .value
        .is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn znodes_are_made_edited_deleted_and_all_of_it_taken_back() {
    let member = Member::start();
    let client = other(&member).await;
    create(&client, "/app", "", CreateMode::Persistent).await;
    let mut console = Console::open(&member.address, false);
    console.go_to("/app").await;

    // A new znode.
    console.keys("Nconfig<enter><enter><enter><tab>{\"a\":1}<c-s>y");
    console
        .until("it is made", |screen| {
            screen.contains("/app/config created")
        })
        .await;
    assert_eq!(
        data(&client, "/app/config").await.as_deref(),
        Some("{\"a\":1}")
    );
    console
        .until("it is selected and read", |screen| {
            screen.contains("\"a\": 1")
        })
        .await;

    // An edit.
    console.keys("e<end><back>,\"b\":2}<c-s>");
    console
        .until("the review", |screen| screen.contains("+   \"b\": 2"))
        .await;
    console.keys("y");
    console
        .until("it is set", |screen| screen.contains("/app/config set"))
        .await;
    let edited = "{\"a\":1,\"b\":2}";
    assert_eq!(data(&client, "/app/config").await.as_deref(), Some(edited));

    // Back to before the edit.
    console.keys("u<enter>y");
    console
        .until("it is as before", |screen| {
            screen.contains("/app/config set: 7 bytes")
        })
        .await;
    assert_eq!(
        data(&client, "/app/config").await.as_deref(),
        Some("{\"a\":1}")
    );

    // Rights, and back.
    console
        .until("its ACL", |screen| screen.contains("aversion 0"))
        .await;
    console.keys("A<end><enter>ip:127.0.0.1:r<c-s>y");
    console
        .until("rights", |screen| screen.contains("ACL of /app/config set"))
        .await;
    let acl = client
        .get_acl("/app/config")
        .await
        .expect("getACL")
        .value
        .acl;
    assert_eq!(acl.len(), 2);
    console.keys("u<enter>y");
    console
        .until("the rights of before", |screen| {
            screen.contains("aversion 2")
        })
        .await;
    let acl = client
        .get_acl("/app/config")
        .await
        .expect("getACL")
        .value
        .acl;
    assert_eq!(acl, Acl::open());

    // A family with another client's ephemeral, and back but for that.
    create(&client, "/app/config/held", "", CreateMode::Ephemeral).await;
    create(&client, "/app/config/deep", "x", CreateMode::Persistent).await;
    console.keys("D");
    console
        .until("what goes", |screen| {
            let places = ["/app/config", "/app/config/deep", "/app/config/held"];
            let places = places.map(|path| screen.find(&format!("- {path}\n")));
            screen.contains("deletes 3 znodes (8 bytes), 1 ephemeral of 1 live session")
                && places.iter().all(Option::is_some)
                && places.is_sorted()
        })
        .await;
    console.keys("config<enter>");
    console
        .until("it is gone", |screen| {
            screen.contains("3 znodes deleted; u takes it back, but for /app/config/held")
        })
        .await;
    assert!(!is_there(&client, "/app/config").await);
    console.keys("u<enter>");
    console
        .until("what comes", |screen| {
            screen.contains("creates 2 znodes again")
        })
        .await;
    console.keys("y");
    console
        .until("it is back", |screen| {
            screen.contains("2 znodes brought back")
        })
        .await;
    assert_eq!(
        data(&client, "/app/config/deep").await.as_deref(),
        Some("x")
    );
    assert_eq!(
        data(&client, "/app/config").await.as_deref(),
        Some("{\"a\":1}")
    );
    assert!(!is_there(&client, "/app/config/held").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_client_has_changed_meanwhile_is_never_overwritten() {
    let member = Member::start();
    let client = other(&member).await;
    create(&client, "/a", "one", CreateMode::Persistent).await;
    let mut console = Console::open(&member.address, false);
    console.go_to("/a").await;

    console.keys("e<end>!<c-s>");
    client
        .set_data("/a", "theirs", None)
        .await
        .expect("setData");
    console.keys("y");
    console
        .until("the refusal", |screen| {
            screen.contains("somebody has changed it")
        })
        .await;
    assert_eq!(data(&client, "/a").await.as_deref(), Some("theirs"));
    console.keys("<enter>");
    console
        .until("what was typed", |screen| {
            screen.contains("one!") && screen.contains("it is at version 1 now")
        })
        .await;
    console.keys("<esc><esc>");

    // A child that came after the counting keeps the whole family.
    console
        .until("their data", |screen| screen.contains("theirs"))
        .await;
    console.keys("D");
    console
        .until("one znode", |screen| screen.contains("deletes 1 znode"))
        .await;
    create(&client, "/a/new", "", CreateMode::Persistent).await;
    console.keys("y");
    console
        .until("the refusal", |screen| {
            screen.contains("a child that was not counted")
        })
        .await;
    assert!(is_there(&client, "/a").await);
    console.keys("<enter>");

    // What was done is taken back only while it is still ours.
    console.keys("e<end>?<c-s>y");
    console
        .until("it is set", |screen| screen.contains("/a set"))
        .await;
    client
        .set_data("/a", "theirs again", None)
        .await
        .expect("setData");
    console.keys("u<enter>y");
    console
        .until("the refusal", |screen| {
            screen.contains("somebody has changed it")
        })
        .await;
    assert_eq!(data(&client, "/a").await.as_deref(), Some("theirs again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_written_as_zkcli_writes_it_and_taken_away_whole() {
    let member = Member::start();
    let client = other(&member).await;
    create(&client, "/q", "", CreateMode::Persistent).await;
    create(&client, "/q/deep", "12345", CreateMode::Persistent).await;
    let mut console = Console::open(&member.address, false);
    console.go_to("/q").await;
    console
        .until("no quota", |screen| screen.contains("quota   none"))
        .await;
    console.keys("Q<enter>9<c-s>y");
    console
        .until("a quota", |screen| {
            screen.contains("2 znodes, hard 9; 5 bytes")
        })
        .await;
    let limits = data(&client, &limits_path("/q")).await;
    let text = "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=9";
    assert_eq!(limits.as_deref(), Some(text));
    assert!(is_there(&client, &stats_path("/q")).await);
    console.keys("u<enter>y");
    console
        .until("none again", |screen| screen.contains("quota   none"))
        .await;
    assert!(!is_there(&client, "/zookeeper/quota/q").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_find_goes_through_the_tree_and_enter_goes_to_what_it_found() {
    let member = Member::start();
    let client = other(&member).await;
    for path in ["/far", "/far/down", "/far/down/below"] {
        create(&client, path, "", CreateMode::Persistent).await;
    }
    create(
        &client,
        "/far/down/below/large",
        &"x".repeat(3000),
        CreateMode::Persistent,
    )
    .await;
    create(&client, "/far/note", "the needle", CreateMode::Persistent).await;
    let mut console = Console::open(&member.address, false);
    console.go_to("/").await;
    console.keys("F>2k<enter>");
    console
        .until("the large one", |screen| {
            screen.contains("1 found; all") && screen.contains("/far/down/below/large")
        })
        .await;
    console.keys("F<c-u>data:NEEDLE<enter>");
    console
        .until("the content", |screen| screen.contains("> /far/note"))
        .await;
    console.keys("<enter>");
    console
        .until("the znode", |screen| screen.contains("the needle"))
        .await;
    assert_eq!(
        console.model.ui.list().selected.as_deref(),
        Some("/far/note")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_console_sends_nothing_even_if_it_is_told_to() {
    let member = Member::start();
    let client = other(&member).await;
    create(&client, "/a", "one", CreateMode::Persistent).await;
    let mut console = Console::open(&member.address, true);
    console.go_to("/a").await;
    console.keys("e");
    assert_eq!(console.model.ui.overlay, None::<Overlay>);
    // As if a key had been forgotten: where changes are sent there is no permit.
    console.model.read_only = false;
    console.keys("e!<c-s>y");
    console
        .until("the refusal", |screen| screen.contains("nothing was sent"))
        .await;
    assert_eq!(data(&client, "/a").await.as_deref(), Some("one"));
}
