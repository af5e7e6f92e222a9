//! What the golden tests share: reading the captures of Apache's traffic.

use bytes::Bytes;

#[allow(dead_code, reason = "each test binary uses a part of this module")]
pub(crate) mod inputs;

/// Who sent some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// The client, or the side that dialled: `> `.
    Dialler,
    /// The server, or the side that accepted: `< `.
    Acceptor,
}

/// One `# name:` block of a capture.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) name: String,
    /// Its lines in order.
    pub(crate) lines: Vec<(From, Bytes)>,
}

impl Block {
    /// The lines of one side, joined: what it sent, as TCP delivers it.
    #[allow(dead_code, reason = "each test binary uses a part of this module")]
    pub(crate) fn stream(&self, from: From) -> Vec<u8> {
        let lines = self.lines.iter().filter(|(sender, _)| *sender == from);
        lines.flat_map(|(_, bytes)| bytes.to_vec()).collect()
    }
}

/// The capture of this name in `tests/golden`.
pub(crate) fn golden(name: &str) -> Vec<Block> {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut blocks: Vec<Block> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# name: ") {
            blocks.push(Block {
                name: name.to_owned(),
                lines: Vec::new(),
            });
        } else if let Some((mark @ (">" | "<"), hex)) = line.split_once(' ') {
            let from = if mark == ">" {
                From::Dialler
            } else {
                From::Acceptor
            };
            let block = blocks
                .last_mut()
                .expect("a name stands before the first line");
            block.lines.push((from, unhex(hex)));
        }
    }
    assert!(!blocks.is_empty(), "{path} holds something");
    blocks
}

fn unhex(hex: &str) -> Bytes {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}
