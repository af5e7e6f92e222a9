//! The operator's own editor, for text that is too long or too dear for ours: `$VISUAL`, then
//! `$EDITOR`, then vi. The terminal must have been given back before.

use std::{env, io, os::unix::fs::PermissionsExt as _};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use tempfile::NamedTempFile;
use tokio::process::{Child, Command};

/// What comes back is read up to this size, bytes: no server takes more.
const MAX_READ: u64 = 8 << 20;

/// An editor that is open on a file of its own.
#[derive(Debug)]
pub struct Editing {
    child: Child,
    name: String,
    file: NamedTempFile,
}

impl Editing {
    /// Starts the editor on this text. Nobody else can read the file, and it goes with the
    /// editor.
    ///
    /// # Errors
    /// When there is no place for the file or no such editor.
    pub fn start(text: &Bytes) -> anyhow::Result<Self> {
        let file = tempfile::Builder::new()
            .prefix("zoowarden-")
            .suffix(".txt")
            .permissions(std::fs::Permissions::from_mode(0o600))
            .tempfile()
            .context("no file to edit in")?;
        std::fs::write(file.path(), text).context("no file to edit in")?;
        let name = ["VISUAL", "EDITOR"]
            .iter()
            .filter_map(|name| env::var(name).ok())
            .find(|value| !value.trim().is_empty())
            .unwrap_or_else(|| "vi".to_owned());
        // `EDITOR="code --wait"`: words, and no shell.
        let mut words = name.split_whitespace();
        let child = Command::new(words.next().unwrap_or("vi"))
            .args(words)
            .arg(file.path())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start your editor ({name})"))?;
        Ok(Self { child, name, file })
    }

    /// Waits until it is closed.
    ///
    /// # Errors
    /// When the system cannot say.
    pub async fn closed(&mut self) -> io::Result<std::process::ExitStatus> {
        self.child.wait().await
    }

    /// What it has left, once it is closed.
    ///
    /// # Errors
    /// When the editor failed (whatever it has written is then no text that was meant), or the
    /// file is gone or too long.
    pub fn text(&mut self) -> anyhow::Result<Bytes> {
        let status = self.child.try_wait()?;
        if !status.is_some_and(|status| status.success()) {
            bail!("your editor ({}) failed: nothing is changed", self.name);
        }
        let path = self.file.path();
        let size = std::fs::metadata(path).context("the edited file")?.len();
        if size > MAX_READ {
            bail!("above 8 MiB: no server takes that");
        }
        Ok(Bytes::from(std::fs::read(path).context("the edited file")?))
    }
}
