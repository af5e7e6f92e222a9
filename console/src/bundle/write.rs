//! The file: texts, the console's settings, logs and the recording, packed.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read as _, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use tar::{Builder, Header};

use super::{Bundle, console_toml::redacted, redact::Redaction};
use crate::{record::rewrite, settings, text::clean};

/// Of console.toml and of a segment, no more than this: they grow while they are read.
const MAX_FILE_BYTES: u64 = 1 << 30;
const MAX_SETTINGS_BYTES: u64 = 1 << 20;

/// What is put beside the texts.
#[derive(Debug)]
pub struct Beside {
    /// The end of each log by its file's name, or why there is none.
    pub logs: Vec<(String, Result<Vec<String>, String>)>,
    /// The recording's newest segments, or why there are none.
    pub recording: Result<Vec<PathBuf>, String>,
}

/// Writes it into this directory, readable by the operator alone. Tells the file.
///
/// # Errors
/// In words, why it could not.
pub fn write(directory: &Path, bundle: Bundle, beside: Beside) -> Result<String, String> {
    let file = directory.join(format!("{}.tar.gz", bundle.name));
    let told = |error: io::Error| format!("{}: {error}", file.display());
    fs::create_dir_all(directory).map_err(told)?;
    let mut options = OpenOptions::new();
    let options = options.create(true).truncate(true).write(true).mode(0o600);
    let out = options.open(&file).map_err(told)?;
    let mut packing = Packing {
        tar: Builder::new(GzEncoder::new(out, Compression::default())),
        redaction: bundle.privacy.clone().map(Redaction::new),
        bundle,
    };
    packing.all(beside).map_err(told)?;
    let packed = packing.tar.into_inner().and_then(GzEncoder::finish);
    packed.and_then(|mut out| out.flush()).map_err(told)?;
    Ok(file.display().to_string())
}

struct Packing<W: Write> {
    tar: Builder<GzEncoder<W>>,
    bundle: Bundle,
    redaction: Option<Redaction>,
}

impl<W: Write> Packing<W> {
    fn all(&mut self, beside: Beside) -> io::Result<()> {
        for (name, text) in std::mem::take(&mut self.bundle.texts) {
            self.text(&name, &text)?;
        }
        if let Some(text) = console_toml() {
            self.text("console.toml", &redacted(&text, &self.bundle.cluster))?;
        }
        for (name, log) in beside.logs {
            let text = match log {
                Ok(lines) => lines.iter().map(|line| clean(line) + "\n").collect(),
                Err(why) => format!("no log: {}\n", clean(&why)),
            };
            self.text(&format!("logs/{name}.txt"), &text)?;
        }
        match beside.recording {
            Ok(segments) => segments
                .iter()
                .try_for_each(|segment| self.segment(segment)),
            Err(why) => self.text("recording/none.txt", &format!("{}\n", clean(&why))),
        }
    }

    fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        let text = match &mut self.redaction {
            Some(redaction) => text
                .lines()
                .map(|line| redaction.text(line) + "\n")
                .collect::<String>(),
            None => text.to_owned(),
        };
        self.put(name, text.as_bytes())
    }

    fn segment(&mut self, path: &Path) -> io::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("recording/{name}");
        let mut bytes = Vec::new();
        match fs::File::open(path) {
            Ok(file) => file.take(MAX_FILE_BYTES).read_to_end(&mut bytes)?,
            // The ring has gone on meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        match &mut self.redaction {
            Some(redaction) => {
                let bytes = rewrite(&bytes, |value| redaction.json(value))?;
                self.put(&name, &bytes)
            }
            None => self.put(&name, &bytes),
        }
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(self.bundle.wall_ms / 1000).unwrap_or(0));
        let path = format!("{}/{name}", self.bundle.name);
        self.tar.append_data(&mut header, path, bytes)
    }
}

/// The usual file's text, where there is one.
fn console_toml() -> Option<String> {
    let file = fs::File::open(settings::usual_file()?).ok()?;
    let mut text = String::new();
    let read = file.take(MAX_SETTINGS_BYTES).read_to_string(&mut text);
    read.ok().map(|_| text)
}
