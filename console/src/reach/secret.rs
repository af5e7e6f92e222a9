//! Where a secret comes from: a file that nobody else can read, or a command's standard
//! output. Never the command line, which every user of the machine can see, nor the
//! configuration itself, which is copied into tickets.

use std::{
    fs::File,
    io::Read as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{io::AsyncReadExt as _, process::Command, time::timeout};
use zeroize::Zeroizing;
use zoowarden_client::Secret;

/// A secret is one line.
const MAX_BYTES: u64 = 8192;
/// A command may ask its user for a passphrase.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A file of mode 0600.
    File(PathBuf),
    /// A program and its arguments, run without a shell: its first line is the secret.
    Command(Vec<String>),
}

impl SecretSource {
    /// Reads it: one line, not empty, without its end.
    ///
    /// # Errors
    /// In one line, what is wrong; never with a part of the secret in it.
    pub async fn read(&self) -> Result<Secret, String> {
        let (text, from) = match self {
            Self::File(file) => (private_text(file)?, file.display().to_string()),
            Self::Command(argv) => (
                output(argv).await?,
                argv.first().cloned().unwrap_or_default(),
            ),
        };
        match text.lines().next() {
            Some(line) if !line.trim().is_empty() => Ok(Secret::new(line.to_owned())),
            _ => Err(format!("{from}: its first line is empty")),
        }
    }
}

/// The text of a file that nobody but its owner can read, at most 8 KiB.
///
/// # Errors
/// In one line, what is wrong with it.
pub(crate) fn private_text(file: &Path) -> Result<Zeroizing<String>, String> {
    let wrong = |what: &str| format!("{}: {what}", file.display());
    let fault = |error: std::io::Error| wrong(&error.to_string());
    // Opened first, so that what is checked is what is read.
    let opened = File::open(file).map_err(fault)?;
    let meta = opened.metadata().map_err(fault)?;
    if !meta.is_file() {
        return Err(wrong("not a file"));
    }
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(wrong("others may read it: chmod 600"));
    }
    if meta.len() > MAX_BYTES {
        return Err(wrong("larger than 8 KiB"));
    }
    let mut text = Zeroizing::new(String::new());
    opened
        .take(MAX_BYTES)
        .read_to_string(&mut text)
        .map_err(fault)?;
    Ok(text)
}

/// What a command prints. Its standard input and error stay the operator's: it may ask.
async fn output(argv: &[String]) -> Result<Zeroizing<String>, String> {
    let (program, arguments) = argv.split_first().ok_or("no command")?;
    let wrong = |what: String| format!("{program}: {what}");
    let mut child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| wrong(error.to_string()))?;
    let mut text = Zeroizing::new(String::new());
    let running = async {
        if let Some(stdout) = child.stdout.take() {
            let mut bounded = stdout.take(MAX_BYTES + 1);
            bounded.read_to_string(&mut text).await?;
        }
        if text.len() as u64 > MAX_BYTES {
            return Err(std::io::Error::other("prints more than 8 KiB"));
        }
        child.wait().await
    };
    match timeout(PATIENCE, running).await {
        Ok(Ok(status)) if status.success() => Ok(text),
        Ok(Ok(status)) => Err(wrong(format!("ended with {status}"))),
        Ok(Err(error)) => Err(wrong(error.to_string())),
        Err(_) => Err(wrong(format!("no secret within {} s", PATIENCE.as_secs()))),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn a_file_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("digest");
        fs::write(&file, "op:hunter2\n").unwrap();
        let source = SecretSource::File(file.clone());
        for (mode, expected) in [
            (0o600, None),
            (0o640, Some("chmod 600")),
            (0o604, Some("chmod")),
        ] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            match (source.read().await, expected) {
                (Ok(secret), None) => assert_eq!(secret.reveal(), "op:hunter2"),
                (Err(why), Some(part)) => {
                    assert!(why.contains(part) && !why.contains("hunter2"), "{why}");
                }
                other => panic!("{mode:o}: {other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn a_command_prints_it_and_its_failure_is_told() {
        let run = |argv: &[&str]| {
            SecretSource::Command(argv.iter().map(|&part| part.to_owned()).collect())
        };
        let secret = run(&["printf", "op:hunter2\\nnote\\n"])
            .read()
            .await
            .unwrap();
        assert_eq!(secret.reveal(), "op:hunter2");
        let failed = run(&["false"]).read().await.unwrap_err();
        assert_eq!(failed, "false: ended with exit status: 1");
        assert!(run(&["true"]).read().await.unwrap_err().contains("empty"));
        assert!(
            run(&["/nowhere/pass"])
                .read()
                .await
                .unwrap_err()
                .contains("No such file")
        );
        let endless = run(&["head", "-c", "9000", "/dev/zero"]).read().await;
        assert_eq!(endless.unwrap_err(), "head: prints more than 8 KiB");
    }
}
