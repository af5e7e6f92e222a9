//! Reading a recording back: where each chunk stands and what time it tells of, and one chunk
//! at a time in memory.
//!
//! Its runs (a console was left and started again) stand on one axis, behind each other: on it
//! a moment is at its run's start on the wall clock, and what the monotonic clock has counted
//! since. A wall clock that was set back in between moves the later run, not the order.

use std::{
    fs::File,
    io::{self, BufReader, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{
    format::{HEAD_BYTES, Head, read_body, read_head, read_origin},
    origin::Origin,
    ring::segments,
    seen::Moment,
};

/// Chunks that are read: six days of the usual two seconds, 10 MB of places.
const MAX_CHUNKS: usize = 1 << 18;

/// A recording: one segment, or a directory of them.
#[derive(Debug)]
pub struct Recording {
    segments: Vec<Segment>,
    /// Never empty.
    chunks: Vec<Chunk>,
    /// What was found beside what can be read, such as a torn tail.
    notes: Vec<String>,
}

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    origin: Origin,
    /// Where the run's monotonic clock began on the axis, milliseconds.
    zero_ms: u64,
}

#[derive(Clone, Copy, Debug)]
struct Chunk {
    segment: usize,
    offset: u64,
    head: Head,
    /// On the axis, milliseconds.
    first_ms: u64,
    last_ms: u64,
}

impl Recording {
    /// Looks at a segment or at a directory of them.
    ///
    /// # Errors
    /// When there is nothing that can be read.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let is_directory = path.is_dir();
        let files: Vec<PathBuf> = if is_directory {
            let found = segments(path).with_context(|| path.display().to_string())?;
            found.into_iter().map(|segment| segment.path).collect()
        } else {
            vec![path.to_owned()]
        };
        let mut recording = Self {
            segments: Vec::new(),
            chunks: Vec::new(),
            notes: Vec::new(),
        };
        for file in files {
            match recording.look_at(&file) {
                Ok(()) => {}
                Err(error) if is_directory => {
                    let note = format!("{}: {error}", file.display());
                    recording.notes.push(note);
                }
                Err(error) => return Err(error).with_context(|| file.display().to_string()),
            }
        }
        if recording.chunks.is_empty() {
            bail!("{}: nothing is recorded there", path.display());
        }
        Ok(recording)
    }

    fn look_at(&mut self, file: &Path) -> io::Result<()> {
        let mut input = BufReader::new(File::open(file)?);
        let length = input.get_ref().metadata()?.len();
        let (origin, mut offset) = read_origin(&mut input)?;
        let number = self.segments.len();
        let before = self.segments.last();
        let is_same_run = before.is_some_and(|before| {
            (before.origin.run_wall_ms, &before.origin.name) == (origin.run_wall_ms, &origin.name)
        });
        let mut zero_ms = before.filter(|_| is_same_run).map(|before| before.zero_ms);
        while let Some(head) = read_head(&mut input) {
            let end = offset + HEAD_BYTES + u64::from(head.body_bytes);
            if end > length || self.chunks.len() == MAX_CHUNKS {
                break;
            }
            let after = self.chunks.last().map_or(0, |chunk| chunk.last_ms + 1);
            let zero_ms = *zero_ms.get_or_insert_with(|| {
                let wall_ms = u64::try_from(origin.run_wall_ms).unwrap_or(0);
                wall_ms.max(after.saturating_sub(head.first_ms))
            });
            let on_axis = |mono_ms: u64| zero_ms.saturating_add(mono_ms).max(after);
            self.chunks.push(Chunk {
                segment: number,
                offset,
                head,
                first_ms: on_axis(head.first_ms),
                last_ms: on_axis(head.last_ms),
            });
            offset = end;
            input.seek(SeekFrom::Start(offset))?;
        }
        if offset < length {
            let torn = length - offset;
            self.notes.push(format!(
                "{}: {torn} bytes at its end are torn",
                file.display()
            ));
        }
        self.segments.push(Segment {
            path: file.to_owned(),
            origin,
            zero_ms: zero_ms.unwrap_or(0),
        });
        Ok(())
    }

    /// What cannot be read of it, a line each.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many chunks there are; at least one.
    #[must_use]
    pub fn chunks(&self) -> usize {
        self.chunks.len()
    }

    /// From when to when it tells, milliseconds on the axis.
    #[must_use]
    pub fn span(&self) -> (u64, u64) {
        let first = self.chunks.first().map_or(0, |chunk| chunk.first_ms);
        (first, self.chunks.last().map_or(0, |chunk| chunk.last_ms))
    }

    /// When a chunk begins, on the axis; `None` behind the last one.
    #[must_use]
    pub fn first_of(&self, chunk: usize) -> Option<u64> {
        self.chunks.get(chunk).map(|chunk| chunk.first_ms)
    }

    /// Whose run a chunk is of, and where that run's monotonic clock began on the axis.
    #[must_use]
    pub fn run_of(&self, chunk: usize) -> Option<(&Origin, u64)> {
        let segment = self.segments.get(self.chunks.get(chunk)?.segment)?;
        Some((&segment.origin, segment.zero_ms))
    }

    /// The moments of a chunk, each with its place on the axis.
    ///
    /// # Errors
    /// When it cannot be read or is damaged: the next one may well be whole.
    pub fn read(&self, chunk: usize) -> io::Result<Vec<(u64, Moment)>> {
        let missing = || io::Error::other("there is no such chunk");
        let place = self.chunks.get(chunk).ok_or_else(missing)?;
        let segment = self.segments.get(place.segment).ok_or_else(missing)?;
        let mut file = BufReader::new(File::open(&segment.path)?);
        file.seek(SeekFrom::Start(place.offset + HEAD_BYTES))?;
        let moments = read_body(&mut file, &place.head)?;
        let mut at_ms = place.first_ms;
        Ok(moments
            .into_iter()
            .map(|moment| {
                let on_axis = segment.zero_ms.saturating_add(moment.mono_ms);
                at_ms = on_axis.clamp(at_ms, place.last_ms.max(at_ms));
                (at_ms, moment)
            })
            .collect())
    }
}
