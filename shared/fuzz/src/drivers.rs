//! One function per family of decoders, which takes any bytes: the fuzz targets call it, and
//! so does `shared/tests/decoders_survive.rs` on a stable toolchain.
//!
//! Besides not crashing, what decodes must encode to something that decodes to the same.

use std::fmt::Debug;

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    Sid, Zxid,
    admin::{self, MemberReport, Monitor},
    config::{DynamicConfig, ServerConfig, parse_myid},
    election::{Handshake, Notification, next_message},
    file::{
        epoch,
        log::{LogReader, LogStep, find_record, zxid_of},
        name::{parse_log_name, parse_snapshot_name},
        snapshot::{Scanned, SnapshotReader, SnapshotStream, ends_sealed},
    },
    jute::{Jute, Reader},
    proto::{
        ConnectRequest, ConnectResponse, DEFAULT_MAX_FRAME, Frames, OpCode, ReplyHeader, Request,
        RequestHeader, Response, WatcherEvent,
    },
    quorum::{
        AckEpoch, ForwardedRequest, InformAndActivate, LeaderInfo, LearnerInfo, QuorumAuthPacket,
        QuorumPacket, RevalidateReply, RevalidateRequest, SessionTouches,
    },
    txn::TxnRecord,
};

/// A driver and the name of its target and corpus.
pub type Driver = (&'static str, fn(&[u8]));

/// Every driver.
pub const ALL: &[Driver] = &[
    ("request", request),
    ("response", response),
    ("connect", connect),
    ("txn", txn),
    ("log", log),
    ("snapshot", snapshot),
    ("quorum_packet", quorum_packet),
    ("notification", notification),
    ("handshake", handshake),
    ("zoo_cfg", zoo_cfg),
    ("dynamic_config", dynamic_config),
    ("member_toml", member_toml),
    ("four_letter", four_letter),
    ("admin_json", admin_json),
];

/// The bound of quorum packets in these tests, bytes.
const MAX_BUFFER: usize = 1 << 20;

/// If the input is such a value, that it survives being written and read.
fn round_trip<T: Jute + PartialEq + Debug>(input: &Bytes) {
    if let Ok(value) = T::from_bytes(input.clone()) {
        assert_eq!(T::from_bytes(value.to_bytes()).as_ref(), Ok(&value));
    }
}

/// A stream of frames, each a request with its header: what a client sends after connecting.
pub fn request(input: &[u8]) {
    let mut buffer = BytesMut::from(input);
    while let Ok(Some(frame)) = Frames::new(&mut buffer, DEFAULT_MAX_FRAME).next_frame() {
        let mut reader = Reader::new(frame);
        let Ok(header) = RequestHeader::decode(&mut reader) else {
            continue;
        };
        if let Ok(request) = Request::decode(header.op, &mut reader) {
            let mut out = BytesMut::new();
            request.encode(&mut out);
            let again = Request::decode(header.op, &mut Reader::new(out.freeze()));
            assert_eq!(again, Ok(request));
        }
    }
}

/// A reply or event; the first byte chooses the kind of request that it answers.
pub fn response(input: &[u8]) {
    let Some((choice, frame)) = input.split_first() else {
        return;
    };
    let op = OpCode::ALL[usize::from(*choice) % OpCode::ALL.len()];
    let mut reader = Reader::new(Bytes::copy_from_slice(frame));
    if ReplyHeader::decode(&mut reader).is_err() {
        return;
    }
    round_trip::<WatcherEvent>(&reader.clone().rest());
    if let Ok(response) = Response::decode(op, &mut reader) {
        let mut out = BytesMut::new();
        response.encode(&mut out);
        let again = Response::decode(op, &mut Reader::new(out.freeze()));
        assert_eq!(again, Ok(response));
    }
}

/// Either side's first frame, without its length.
pub fn connect(input: &[u8]) {
    let input = Bytes::copy_from_slice(input);
    round_trip::<ConnectRequest>(&input);
    round_trip::<ConnectResponse>(&input);
}

/// A transaction's bytes.
pub fn txn(input: &[u8]) {
    let _ = zxid_of(input);
    round_trip::<TxnRecord>(&Bytes::copy_from_slice(input));
}

/// A transaction log, and an epoch file.
pub fn log(input: &[u8]) {
    if let Ok(mut reader) = LogReader::new(input) {
        while let Ok(LogStep::Record(record)) = reader.step() {
            txn(&record.txn);
        }
    }
    let _ = find_record(input, Zxid::ZERO);
    let _ = epoch::parse(input);
}

/// A snapshot, and names of files.
pub fn snapshot(input: &[u8]) {
    if let Ok(mut reader) = SnapshotReader::new(input) {
        while let Ok(Some(_)) = reader.step() {}
        let _ = reader.end();
    }
    let _ = ends_sealed(input);
    snapshot_stream(input);
    let name = String::from_utf8_lossy(input);
    let _ = (parse_log_name(&name), parse_snapshot_name(&name));
}

/// A snapshot as it comes over a connection; a file's bytes are one from behind its header on.
/// Cut anywhere it must read the same.
fn snapshot_stream(input: &[u8]) {
    let stream = input.get(16..).unwrap_or(input);
    let whole = SnapshotStream::new(MAX_BUFFER).scan(stream);
    let mut walk = SnapshotStream::new(MAX_BUFFER);
    let (first, second) = stream.split_at(stream.len() / 2);
    let parts = walk.scan(first).and_then(|scanned| match scanned.end {
        Some(_) => Ok(scanned),
        None => walk.scan(second).map(|rest| Scanned {
            body: scanned.body + rest.body,
            end: rest.end.map(|end| first.len() + end),
        }),
    });
    assert_eq!(parts, whole);
}

/// A connection of the quorum port, packets one behind the other, each with any payload.
pub fn quorum_packet(input: &[u8]) {
    let mut buffer = BytesMut::from(input);
    while let Ok(Some(packet)) = QuorumPacket::decode_from(&mut buffer, MAX_BUFFER) {
        round_trip::<QuorumPacket>(&packet.to_bytes());
        let data = packet.data.unwrap_or_default();
        round_trip::<LearnerInfo>(&data);
        round_trip::<LeaderInfo>(&data);
        round_trip::<AckEpoch>(&data);
        round_trip::<SessionTouches>(&data);
        round_trip::<RevalidateRequest>(&data);
        round_trip::<RevalidateReply>(&data);
        round_trip::<ForwardedRequest>(&data);
        round_trip::<InformAndActivate>(&data);
        round_trip::<TxnRecord>(&data);
        round_trip::<Sid>(&data);
    }
    let _ = QuorumAuthPacket::decode_from(&mut BytesMut::from(input), MAX_BUFFER);
}

/// A vote.
pub fn notification(input: &[u8]) {
    let Ok(vote) = Notification::from_bytes(Bytes::copy_from_slice(input)) else {
        return;
    };
    let _ = vote.config.as_deref().map(DynamicConfig::parse_lenient);
    assert_eq!(
        Notification::from_bytes(vote.to_bytes()).as_ref(),
        Ok(&vote)
    );
}

/// A connection of the election port: a handshake, then messages.
pub fn handshake(input: &[u8]) {
    let mut buffer = BytesMut::from(input);
    let Ok(Some(first)) = Handshake::decode_from(&mut buffer) else {
        return;
    };
    let mut again = BytesMut::new();
    first.encode(&mut again);
    assert_eq!(Handshake::decode_from(&mut again), Ok(Some(first)));
    while let Ok(Some(message)) = next_message(&mut buffer) {
        notification(&message);
    }
}

/// zoo.cfg, system properties and `myid`.
pub fn zoo_cfg(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    // The first line decides that it is one.
    let text = format!("dataDir=/d\n{text}");
    let _ = ServerConfig::parse(&text, "zoo.cfg", &[]);
    let set: Vec<String> = text.lines().map(str::to_owned).collect();
    let _ = ServerConfig::parse("dataDir=/d", "zoo.cfg", &set);
    let _ = parse_myid(&text, "myid");
}

/// A dynamic configuration: what is printed of it reads as the same text.
pub fn dynamic_config(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = DynamicConfig::parse_lenient(&text);
    let _ = DynamicConfig::parse_file(&text, "zoo.cfg.dynamic.1");
    if let Ok(config) = DynamicConfig::parse(&text, "config") {
        let printed = config.to_string();
        let again = DynamicConfig::parse(&printed, "config").map(|config| config.to_string());
        assert_eq!(again, Ok(printed));
    }
}

/// member.toml.
pub fn member_toml(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = ServerConfig::parse(&format!("data_dir = \"/d\"\n{text}"), "member.toml", &[]);
}

/// A member's answer to any four-letter word.
pub fn four_letter(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut report = MemberReport::default();
    let _ = admin::word_refusal("srvr", &text);
    admin::absorb_srvr(&mut report, &text);
    admin::absorb_conf(&mut report, &text);
    admin::absorb_wchs(&mut report, &text);
    admin::absorb_isro(&mut report, &text);
    Monitor::from_text(&text).absorb_into(&mut report);
    let _ = (admin::parse_cons(&text), admin::parse_dump(&text));
}

/// A member's answer to any AdminServer command.
pub fn admin_json(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = admin::parse_connections_json(200, &text);
    let Ok(object) = admin::admin_object(200, &text) else {
        return;
    };
    let mut report = MemberReport::default();
    admin::absorb_server_stats(&mut report, &object);
    admin::absorb_configuration(&mut report, &object);
    admin::absorb_leader(&mut report, &object);
    admin::absorb_zabstate(&mut report, &object);
    admin::absorb_is_read_only(&mut report, &object);
    admin::absorb_watch_summary(&mut report, &object);
    admin::absorb_voting_view(&mut report, &object);
    Monitor::from_json(&object).absorb_into(&mut report);
    let _ = admin::parse_observers(&object);
    let _ = admin::parse_dump_json(&object);
}
