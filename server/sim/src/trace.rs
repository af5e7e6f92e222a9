//! What happened, as one number: two runs are the same run if they have the same one. With
//! `--trace` also as lines to read.

/// FNV-1a, 64 bits.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The trace of a run.
#[derive(Debug)]
pub(crate) struct Trace {
    hash: u64,
    events: u64,
    verbose: bool,
}

impl Trace {
    pub(crate) fn new(verbose: bool) -> Self {
        Self {
            hash: OFFSET,
            events: 0,
            verbose,
        }
    }

    /// Something happened to a member or client at this time; `detail` tells it from others
    /// of its kind, `text` is made only for lines.
    pub(crate) fn note(
        &mut self,
        at_us: u64,
        kind: &'static str,
        who: usize,
        detail: u64,
        text: impl FnOnce() -> String,
    ) {
        self.events += 1;
        let bytes = kind.bytes().map(u64::from);
        for word in bytes.chain([at_us, who as u64, detail]) {
            self.hash = (self.hash ^ word).wrapping_mul(PRIME);
        }
        if self.verbose {
            println!(
                "{:>12.6}  {who:>2}  {kind:<10}  {}",
                at_us as f64 / 1e6,
                text()
            );
        }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn events(&self) -> u64 {
        self.events
    }
}

/// A number for bytes.
pub(crate) fn hash_of(bytes: &[u8]) -> u64 {
    bytes.iter().fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
    })
}
