//! A panic gives the terminal back, wherever it happens, and its message can be read.

use zoowarden_console::terminal::Screen;

use crate::pane::Pane;

const MARK: &str = "ZOOWARDEN_TEST_PANICS";

/// Not a test of its own: the body that the test below runs on a terminal.
#[test]
#[ignore = "run by a_panic_in_a_task_leaves_the_terminal_usable"]
fn body() {
    if std::env::var_os(MARK).is_none() {
        return;
    }
    let _screen = Screen::open(false).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    // As a source's task would: tokio itself would swallow it, and the screen would go on.
    runtime.block_on(async {
        let _ = tokio::spawn(async { panic!("a source has a bug") }).await;
        std::future::pending::<()>().await;
    });
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn a_panic_in_a_task_leaves_the_terminal_usable() {
    let exe = std::env::current_exe().unwrap();
    let command = format!(
        "env {MARK}=1 RUST_BACKTRACE=0 {} --exact panics::body --ignored --nocapture",
        exe.display()
    );
    let pane = Pane::run_command(100, 30, &command);
    let end = pane.wait("the end", |screen| screen.contains("EXIT=101"));
    assert!(end.contains("a source has a bug"), "{end}");
    assert!(crate::demo::is_usable(&end), "{end}");
}
