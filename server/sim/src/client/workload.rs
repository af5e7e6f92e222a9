//! What clients ask for: few znodes, so that they meet, and every value written once.

use bytes::Bytes;
use zoowarden_shared::{
    acl::Acl,
    proto::{
        CreateMode, CreateRequest, MultiOp, OpCode, PathRequest, PathVersionRequest,
        PathWatchRequest, Request, SetDataRequest,
    },
};

use crate::chance::Dice;

const DIRECTORIES: [&str; 2] = ["/a", "/b"];
const NODES: usize = 5;

/// The directories, which every client makes sure of first.
pub(crate) fn directory(index: usize) -> Option<Request> {
    let path = DIRECTORIES.get(index)?;
    Some(create(path, Bytes::new(), CreateMode::Persistent))
}

/// A request; `unique` marks what it writes.
pub(crate) fn draw(dice: &mut Dice, unique: u64) -> Request {
    let path = node(dice);
    let data = value(dice, unique);
    match dice.below(100) {
        0..=24 => set(path, data, version(dice)),
        25..=35 => create(&path, data, CreateMode::Persistent),
        36..=42 => Request::Delete(PathVersionRequest {
            path,
            version: version(dice),
        }),
        43..=49 => create(&path, data, CreateMode::Ephemeral),
        50..=53 => {
            let prefix = format!("{}/s", directory_of(dice));
            create(&prefix, data, CreateMode::EphemeralSequential)
        }
        54..=61 => multi(dice, &data),
        62..=76 => Request::GetData(PathWatchRequest {
            path,
            watch: dice.one_in(2),
        }),
        77..=85 => Request::Exists(PathWatchRequest {
            path,
            watch: dice.one_in(2),
        }),
        86..=93 => Request::GetChildren2(PathWatchRequest {
            path: directory_of(dice).to_owned(),
            watch: dice.one_in(2),
        }),
        94..=98 => Request::Sync(PathRequest { path }),
        _ => Request::CloseSession,
    }
}

/// A write that must succeed, whatever was there before.
pub(crate) fn probe(unique: u64) -> Request {
    let data = Bytes::copy_from_slice(&unique.to_be_bytes());
    create("/probe-", data, CreateMode::PersistentSequential)
}

fn multi(dice: &mut Dice, data: &Bytes) -> Request {
    let count = 2 + dice.below(2);
    let parts = (0..count)
        .map(|_| {
            let path = node(dice);
            match dice.below(4) {
                0 => MultiOp::Create(
                    OpCode::Create,
                    create_request(&path, data.clone(), CreateMode::Persistent),
                ),
                1 => MultiOp::Delete(PathVersionRequest { path, version: -1 }),
                2 => MultiOp::Check(PathVersionRequest {
                    path,
                    version: dice.below(3) as i32,
                }),
                _ => MultiOp::SetData(SetDataRequest {
                    path,
                    data: Some(data.clone()),
                    version: -1,
                }),
            }
        })
        .collect();
    Request::Multi(parts)
}

fn directory_of(dice: &mut Dice) -> &'static str {
    DIRECTORIES[dice.below(DIRECTORIES.len())]
}

fn node(dice: &mut Dice) -> String {
    format!("{}/n{}", directory_of(dice), dice.below(NODES))
}

fn version(dice: &mut Dice) -> i32 {
    if dice.one_in(5) {
        dice.below(4) as i32
    } else {
        -1
    }
}

fn value(dice: &mut Dice, unique: u64) -> Bytes {
    let mut data = unique.to_be_bytes().to_vec();
    // Longer than a sector, now and then, so that torn writes have something to tear.
    let len = if dice.one_in(20) {
        1500
    } else {
        8 + dice.below(60)
    };
    data.resize(len, unique as u8);
    Bytes::from(data)
}

fn set(path: String, data: Bytes, version: i32) -> Request {
    Request::SetData(SetDataRequest {
        path,
        data: Some(data),
        version,
    })
}

fn create(path: &str, data: Bytes, mode: CreateMode) -> Request {
    Request::Create(OpCode::Create, create_request(path, data, mode))
}

fn create_request(path: &str, data: Bytes, mode: CreateMode) -> CreateRequest {
    CreateRequest {
        path: path.to_owned(),
        data: Some(data),
        acl: Acl::open(),
        flags: mode.flags(),
    }
}
