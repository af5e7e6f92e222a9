//! The engine against a server that the test plays: it answers each request as it is told.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
};

use bytes::{Buf as _, BufMut as _, BytesMut};
use zoowarden_client::Connector;
use zoowarden_shared::{
    jute::Jute as _,
    proto::{ConnectResponse, Frames, put_frame},
};

use super::*;
use crate::bench::{
    frame::Template,
    hello::{self, Member},
    keys::Keys,
};

const MAX_FRAME: usize = 4096;

/// How many requests of a connection are answered, and by which error code.
#[derive(Clone, Copy)]
struct Answers {
    count: u64,
    err: i32,
}

/// Serves `connections`, then tells how many requests came in all.
fn play(connections: usize, answers: Answers) -> (SocketAddr, mpsc::Receiver<u64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let served: Vec<_> = (0..connections)
            .map(|_| {
                let (stream, _) = listener.accept().unwrap();
                thread::spawn(move || serve_one(stream, answers))
            })
            .collect();
        let requests = served.into_iter().map(|thread| thread.join().unwrap());
        tell.send(requests.sum()).unwrap();
    });
    (addr, told)
}

fn serve_one(mut stream: TcpStream, answers: Answers) -> u64 {
    let mut received = BytesMut::new();
    let (mut shaken, mut requests) = (false, 0);
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk).unwrap_or(0);
        if count == 0 {
            return requests;
        }
        received.extend_from_slice(&chunk[..count]);
        let mut out = BytesMut::new();
        while let Some(mut frame) = Frames::new(&mut received, MAX_FRAME).next_frame().unwrap() {
            if !shaken {
                shaken = true;
                let granted = ConnectResponse {
                    timeout_ms: 1000,
                    ..ConnectResponse::default()
                };
                put_frame(&mut out, |out| granted.encode(out));
                continue;
            }
            if requests == answers.count {
                // Enough: hang up.
                return requests;
            }
            requests += 1;
            put_frame(&mut out, |out| {
                out.put_i32(frame.get_i32());
                out.put_i64(1);
                out.put_i32(answers.err);
            });
        }
        // One byte at a time: replies are cut anywhere.
        for byte in &out {
            stream.write_all(std::slice::from_ref(byte)).unwrap();
        }
    }
}

fn lanes(addr: SocketAddr, count: usize) -> Vec<Lane> {
    (0..count)
        .map(|_| {
            let member = Member {
                name: addr.to_string(),
                addr,
            };
            let wire = hello::open(&member, &Connector::default()).unwrap();
            Lane::new(wire, 4, MAX_FRAME)
        })
        .collect()
}

fn sequences(lanes: u64, end: u64) -> Vec<Work> {
    (0..lanes)
        .map(|next| {
            let keys = Keys::Sequence {
                next,
                stride: lanes,
                end,
            };
            Work::new(keys, vec![Template::get("/p")])
        })
        .collect()
}

fn progress() -> Progress {
    Progress::new(Arc::new(AtomicBool::new(false)))
}

#[test]
fn every_key_is_asked_for_once_and_every_reply_counted() {
    let always = Answers {
        count: u64::MAX,
        err: 0,
    };
    let (addr, told) = play(3, always);
    let mut lanes = lanes(addr, 3);
    let progress = progress();
    let mut work = sequences(3, 100);
    let measured = drive(&mut lanes, &mut work, 2, Until::KeysAreUsed, &progress).unwrap();
    assert_eq!(measured.latencies.len(), 100);
    assert!(measured.errors.is_empty());
    assert_eq!(progress.replies.load(Ordering::Relaxed), 100);
    assert_eq!(lanes.iter().map(|lane| lane.issued).sum::<u64>(), 100);
    // The lanes go on with other work.
    let mut more = sequences(3, 9);
    let measured = drive(&mut lanes, &mut more, 1, Until::KeysAreUsed, &progress).unwrap();
    assert_eq!(measured.latencies.len(), 9);
    drop(lanes);
    assert_eq!(told.recv().unwrap(), 109);
}

#[test]
fn failed_operations_are_counted_apart() {
    let refusing = Answers {
        count: u64::MAX,
        err: -101,
    };
    let (addr, _told) = play(1, refusing);
    let mut lanes = lanes(addr, 1);
    let mut work = sequences(1, 10);
    let measured = drive(&mut lanes, &mut work, 1, Until::KeysAreUsed, &progress()).unwrap();
    assert_eq!(measured.latencies.len(), 0);
    assert_eq!(measured.errors, [(-101, 10)].into());
}

#[test]
fn time_ends_a_load_that_has_no_end() {
    let always = Answers {
        count: u64::MAX,
        err: 0,
    };
    let (addr, _told) = play(1, always);
    let mut lanes = lanes(addr, 1);
    let mut work = sequences(1, u64::MAX);
    let until = Until::Elapsed {
        warmup: Duration::from_millis(20),
        measured: Duration::from_millis(50),
    };
    let progress = progress();
    let measured = drive(&mut lanes, &mut work, 1, until, &progress).unwrap();
    assert!(measured.elapsed <= Duration::from_millis(50));
    let all = progress.replies.load(Ordering::Relaxed);
    assert_eq!(lanes[0].issued, all, "what was asked for was answered");
    assert!(measured.latencies.len() <= all);
}

#[test]
fn a_server_that_hangs_up_ends_the_run_with_an_error() {
    let few = Answers { count: 5, err: 0 };
    let (addr, _told) = play(1, few);
    let mut lanes = lanes(addr, 1);
    let mut work = sequences(1, 100);
    let ended = drive(&mut lanes, &mut work, 1, Until::KeysAreUsed, &progress());
    assert!(ended.is_err());
}
