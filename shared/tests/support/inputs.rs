//! The goldens as inputs of the fuzz drivers.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use zoowarden_shared::{
    file::log::{LogReader, LogStep},
    proto::OpCode,
};

use super::{Block, From, golden};

/// Inputs under the name of the driver that takes them.
pub(crate) type Inputs = BTreeMap<&'static str, Vec<Vec<u8>>>;

/// All that the captures and sample files hold.
pub(crate) fn whole_goldens() -> Inputs {
    let mut inputs = Inputs::new();
    let mut add = |name, input: Vec<u8>| inputs.entry(name).or_default().push(input);
    for block in golden("wire.txt") {
        wire_inputs(&block, &mut add);
    }
    for block in golden("quorum.txt") {
        add("quorum_packet", block.stream(From::Dialler));
        add("quorum_packet", block.stream(From::Acceptor));
    }
    for block in golden("election.txt") {
        add("handshake", block.stream(From::Dialler));
        // The first message of an acceptor, without its length.
        if let Some(message) = block.stream(From::Acceptor).get(4..) {
            add("notification", message.to_vec());
            add("dynamic_config", message.get(44..).unwrap_or(b"").to_vec());
        }
    }
    for path in data_files() {
        file_inputs(&path, &mut add);
    }
    for (driver, dir) in [("four_letter", "fourletter"), ("admin_json", "admin")] {
        for path in files(dir) {
            add(driver, std::fs::read(path).unwrap());
        }
    }
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
    add("zoo_cfg", std::fs::read(assets.join("zoo.cfg")).unwrap());
    let sample = std::fs::read_to_string(assets.join("member.toml")).unwrap();
    // Every setting, uncommented.
    let settings = sample.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting,
        _ => line,
    });
    add(
        "member_toml",
        settings.collect::<Vec<_>>().join("\n").into(),
    );
    inputs
}

fn wire_inputs(block: &Block, add: &mut impl FnMut(&'static str, Vec<u8>)) {
    let mut op = 0;
    for (from, frame) in &block.lines {
        match from {
            _ if block.name.starts_with("connect ") => add("connect", frame[4..].to_vec()),
            From::Dialler => {
                let code = frame.get(8..12).and_then(|code| code.try_into().ok());
                let code = code.map(i32::from_be_bytes);
                let known = OpCode::ALL.iter().position(|op| Some(op.code()) == code);
                op = known.unwrap_or(0);
                add("request", frame.to_vec());
            }
            From::Acceptor => {
                let mut input = vec![op as u8];
                input.extend_from_slice(&frame[4..]);
                add("response", input);
            }
        }
    }
}

fn file_inputs(path: &Path, add: &mut impl FnMut(&'static str, Vec<u8>)) {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    if name.starts_with("snapshot.") {
        add("snapshot", bytes);
    } else if name.starts_with("log.") {
        let mut reader = LogReader::new(&bytes[..]).unwrap();
        let end = loop {
            match reader.step().unwrap() {
                LogStep::Record(record) => add("txn", record.txn.to_vec()),
                LogStep::End(end) => break end.offset as usize,
            }
        };
        // What follows is room for more records; a few zeros will do.
        add("log", bytes[..(end + 16).min(bytes.len())].to_vec());
    }
}

fn data_files() -> Vec<PathBuf> {
    ["data-3.8.0", "data-3.8.0-ensemble"]
        .into_iter()
        .flat_map(|dir| files(&format!("{dir}/version-2")))
        .collect()
}

/// The files of a directory of goldens, in the order of their names.
fn files(dir: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let entries = std::fs::read_dir(root.join(dir)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
