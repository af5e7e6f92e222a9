//! What a run will write and remove, decided before anything is done, and said.

use std::hash::{BuildHasher, RandomState};

use bytes::Bytes;

use super::{
    Args, Mode,
    frame::Template,
    keys::{BUCKETS, Keys},
    lane::Work,
};

/// What a reply holds besides the data: header, length, stat.
const REPLY_OVERHEAD: usize = 4096;

/// The decisions of one run.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The znode that everything is below.
    pub(super) parent: String,
    /// Znodes that are created before the load.
    pub(super) prepared: u64,
    pub(super) data: Bytes,
    pub(super) sessions: u64,
    mode: Mode,
    /// In mixed mode, of a hundred requests.
    writes: u32,
    count: Option<u64>,
    seed: u64,
}

impl Plan {
    pub(super) fn new(args: &Args) -> Self {
        // The standard library's own source of randomness: unpredictable is not needed,
        // different from the last run is.
        let seed = RandomState::new().hash_one(std::process::id()) | 1;
        Self {
            parent: format!("/zoowarden-bench-{:08x}", seed as u32),
            prepared: if args.mode == Mode::Create {
                0
            } else {
                args.nodes
            },
            data: vec![b'x'; args.size as usize].into(),
            sessions: u64::from(args.sessions),
            mode: args.mode,
            writes: args.write_percent,
            count: args.count.filter(|_| args.mode == Mode::Create),
            seed,
        }
    }

    /// What will be written, for whoever has to agree to it.
    pub(super) fn announcement(&self, args: &Args) -> String {
        let (parent, size, sessions) = (&self.parent, args.size, args.sessions);
        let load = match (self.mode, self.count) {
            (Mode::Create, Some(count)) => format!("creates {count} znodes of {size} B"),
            (Mode::Create, None) => format!(
                "creates znodes of {size} B for {} s, as many as it can",
                args.secs + args.warmup_secs
            ),
            (mode, _) => format!(
                "creates {} znodes of {size} B and {} for {} s",
                self.prepared,
                match mode {
                    Mode::Get => "reads them".to_owned(),
                    Mode::Set => "writes them".to_owned(),
                    Mode::Mixed | Mode::Create => {
                        format!("reads and writes them ({} % writes)", self.writes)
                    }
                },
                args.secs + args.warmup_secs
            ),
        };
        let end = if args.keep {
            "and leaves them (--keep)"
        } else {
            "and removes them"
        };
        format!("below {parent} it {load}, from {sessions} sessions, {end}")
    }

    /// Creating the znodes that the load works on.
    pub(super) fn preparing(&self) -> Vec<Work> {
        self.sequences(self.prepared, &Template::create(&self.parent, &self.data))
    }

    /// The load itself.
    pub(super) fn loading(&self) -> Vec<Work> {
        let parent = self.parent.as_str();
        let templates = match self.mode {
            Mode::Create => {
                let end = self.count.unwrap_or(u64::MAX);
                return self.sequences(end, &Template::create(parent, &self.data));
            }
            Mode::Get => vec![Template::get(parent)],
            Mode::Set => vec![Template::set(parent, &self.data)],
            Mode::Mixed => {
                let (get, set) = (Template::get(parent), Template::set(parent, &self.data));
                // Spread evenly: the n-th request is a write where another whole one is due.
                let due = |requests: u32| requests * self.writes / 100;
                let is_write = |request| due(request + 1) > due(request);
                (0..100)
                    .map(|request| {
                        if is_write(request) {
                            set.clone()
                        } else {
                            get.clone()
                        }
                    })
                    .collect()
            }
        };
        let random = |lane: u64| {
            let keys = Keys::Random {
                bound: self.prepared,
                // Odd multiples of an odd number: different for every lane, never 0.
                state: self.seed.wrapping_mul(2 * lane + 1),
            };
            Work::new(keys, templates.clone())
        };
        (0..self.sessions).map(random).collect()
    }

    /// Removing what each lane has created: `issued` keys of its sequence.
    pub(super) fn removing(&self, issued: &[u64]) -> Vec<Work> {
        let mut work = self.sequences(0, &Template::delete(&self.parent));
        for (work, issued) in work.iter_mut().zip(issued) {
            if let Keys::Sequence { next, stride, end } = &mut work.keys {
                *end = *next + *stride * issued;
            }
        }
        work
    }

    /// Whether the load ends with its keys and not with its time.
    pub(super) fn is_counted(&self) -> bool {
        self.count.is_some()
    }

    /// The longest reply that the load gets, bytes.
    pub(super) fn max_reply(&self) -> usize {
        self.data.len() + REPLY_OVERHEAD
    }

    /// The buckets, by number.
    pub(super) fn buckets(&self) -> std::ops::Range<u64> {
        0..BUCKETS
    }

    fn sequences(&self, end: u64, template: &Template) -> Vec<Work> {
        let sequence = |lane: u64| {
            let keys = Keys::Sequence {
                next: lane,
                stride: self.sessions,
                end,
            };
            Work::new(keys, vec![template.clone()])
        };
        (0..self.sessions).map(sequence).collect()
    }
}
