//! One tmux server of our own with one pane in it, gone when it is dropped.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// For anything to appear on the screen; a debug build on a busy machine is slow.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Of one picture, until two are the same.
const CAPTURES: usize = 5;

static NEXT: AtomicU32 = AtomicU32::new(0);

pub(crate) struct Pane {
    socket: String,
    home: tempfile::TempDir,
}

impl Pane {
    /// Runs the console with these arguments; when it ends, its exit code and the terminal's
    /// settings are printed.
    pub(crate) fn run(columns: u16, rows: u16, arguments: &str) -> Self {
        let binary = env!("CARGO_BIN_EXE_zoowarden");
        Self::run_command(columns, rows, &format!("{binary} {arguments}"))
    }

    /// The same with any command.
    pub(crate) fn run_command(columns: u16, rows: u16, command: &str) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let socket = format!("zoowarden-test-{}-{number}", std::process::id());
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().display();
        // The inner shell becomes the console, so that its pid is known.
        let script = format!(
            "export HOME={dir} XDG_STATE_HOME={dir}/state XDG_CONFIG_HOME={dir}/config; \
             sh -c 'echo $$ > {dir}/pid; exec {command}'; \
             code=$?; stty -a | grep -oE -e '-?icanon' -e '-?echo( |$)'; echo \"EXIT=$code\"; \
             sleep 600"
        );
        let pane = Self { socket, home };
        let size = [columns.to_string(), rows.to_string()];
        pane.tmux(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &size[0],
            "-y",
            &size[1],
            &script,
        ]);
        pane
    }

    /// What is on the screen now. A picture taken in the middle of a frame shows lines of two:
    /// it counts once a second one is the same, or where the screen never stands still.
    pub(crate) fn screen(&self) -> String {
        let capture = || self.tmux(&["capture-pane", "-p"]);
        let mut screen = capture();
        for _ in 0..CAPTURES {
            let next = capture();
            if next == screen {
                break;
            }
            screen = next;
        }
        screen
    }

    /// From now on what the console writes to its terminal is kept in the file that is told.
    pub(crate) fn record(&self) -> PathBuf {
        let file = self.file("written");
        self.tmux(&["pipe-pane", &format!("cat > {}", file.display())]);
        file
    }

    /// The terminal is gone, as when an ssh connection ends.
    pub(crate) fn vanish(&self) {
        self.tmux(&["kill-server"]);
    }

    /// Types keys, by tmux's names.
    pub(crate) fn keys(&self, keys: &[&str]) {
        let mut arguments = vec!["send-keys"];
        arguments.extend(keys);
        self.tmux(&arguments);
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let size = [columns.to_string(), rows.to_string()];
        self.tmux(&["resize-window", "-x", &size[0], "-y", &size[1]]);
    }

    /// Waits until the screen is as wanted and returns it; fails with the screen otherwise.
    pub(crate) fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return screen;
            }
            assert!(
                begun.elapsed() < DEADLINE,
                "waited for {what}; the screen is:\n{screen}"
            );
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// The console's process.
    pub(crate) fn pid(&self) -> String {
        fs::read_to_string(self.file("pid"))
            .unwrap()
            .trim()
            .to_owned()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        Path::new(self.home.path()).join(name)
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output = Command::new("tmux")
            .arg("-L")
            .arg(&self.socket)
            .args(arguments)
            .output();
        let output = output.expect("tmux is installed");
        assert!(output.status.success(), "tmux {arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Pane {
    fn drop(&mut self) {
        // Its own server alone: the socket's name is ours.
        let _ = Command::new("tmux")
            .args(["-L", &self.socket, "kill-server"])
            .output();
    }
}

/// Sends a signal to one process.
pub(crate) fn signal(name: &str, pid: &str) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), pid])
        .status()
        .unwrap();
    assert!(status.success(), "kill -{name} {pid}");
}

/// All voters serve. What wants a look beside that, such as the disk of a busy machine, is no
/// matter of the tests that ask this.
pub(crate) fn is_healthy(screen: &str) -> bool {
    ["HEALTHY", " WATCH "]
        .iter()
        .any(|word| screen.contains(word))
}
