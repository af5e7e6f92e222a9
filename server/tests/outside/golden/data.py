"""Makes a small data directory with a standalone Apache server, and says what is in it.

The directory holds several logs and snapshots, sessions open at a snapshot and at the end, and a txn
of every type that a standalone server writes. expected.json is the tree as a client sees it at the end.
"""

import json
import shutil
import struct
import zlib

import protocol as rq
from apache import Server
from jute import Reader
from session import Session

# Time-outs of an hour and more, so that a server booted from the files finds the sessions alive.
CONFIG = ["tickTime=2000", "maxSessionTimeout=7200000", "4lw.commands.whitelist=*", "admin.enableServer=false"]
PROPERTIES = [
    "zookeeper.extendedTypesEnabled=true",
    f"zookeeper.DigestAuthenticationProvider.superDigest={rq.SUPER_DIGEST}",
    "zookeeper.preAllocSize=16",
]
HOUR_MS = 3_600_000
LONG_TTL_MS, LONGEST_TTL_MS = 30 * 24 * HOUR_MS, (1 << 40) - 1
CONTAINER_OWNER, TTL_OWNER = -(1 << 63), -(1 << 56)
# What clients see as ephemeralOwner 0, but the files (and so the digest) hold (EphemeralType).
STORED_OWNERS = {
    "/container": CONTAINER_OWNER, "/multi/c": CONTAINER_OWNER, "/ttl": TTL_OWNER | LONGEST_TTL_MS,
    "/ttl-0000000012": TTL_OWNER | LONG_TTL_MS, "/ttl/kept": TTL_OWNER | LONG_TTL_MS,
    "/multi/t": TTL_OWNER | LONG_TTL_MS,
}


def capture(directory, port, out):
    server = Server(directory, port, CONFIG, PROPERTIES).start()
    try:
        alice, gone = first_life(port)
        server.kill()  # no chance to say goodbye: the log ends where the last fsync ended
        server.start()
        alice = second_life(port, alice, gone)
        server.stop()
        server.start()
        reader = third_life(port, alice)
        expected = describe(server, reader)
    finally:
        server.stop()
    files = server.data_dir / "version-2"
    last_txn = last_of_log(files)
    expected["last_zxid"] = last_txn["zxid"]
    expected["tree_digest"] = f"{last_txn['digest']:016x}"
    assert STORED_OWNERS.keys() <= expected["nodes"].keys(), sorted(expected["nodes"])
    verify_digest(expected)
    verify_reboot(server, expected, directory)
    shutil.rmtree(out / "version-2", ignore_errors=True)
    (out / "version-2").mkdir(parents=True)
    for file in sorted(files.iterdir()):
        shutil.copyfile(file, out / "version-2" / file.name)
    (out / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=True) + "\n")
    sizes = {file.name: file.stat().st_size for file in sorted((out / "version-2").iterdir())}
    return f"{len(expected['nodes'])} nodes, {len(expected['sessions'])} sessions, {sizes}"


def first_life(port):
    alice = Session(port)
    alice.connect(timeout_ms=HOUR_MS)
    alice.ok(None, rq.AUTH, rq.auth("digest", b"alice:secret"), rq.AUTH_XID)
    gone = Session(port)
    gone.connect(timeout_ms=2 * HOUR_MS)
    alice.ok(None, rq.CREATE, rq.create("/plain", b"data"))
    alice.ok(None, rq.CREATE, rq.create("/null", None))
    alice.ok(None, rq.CREATE, rq.create("/empty", b""))
    alice.ok(None, rq.CREATE, rq.create("/z\u00fcrich-\u6771\u4eac", bytes(range(256))))
    alice.ok(None, rq.CREATE2, rq.create("/tree", b""))
    for n in range(5):
        alice.ok(None, rq.CREATE, rq.create("/tree/s-", str(n).encode(), rq.SEQUENTIAL))
    alice.ok(None, rq.DELETE, rq.path_version("/tree/s-0000000002"))
    alice.ok(None, rq.CREATE, rq.create("/mine", b"m", acl=rq.CREATOR))
    alice.ok(None, rq.CREATE, rq.create("/shared", b"s", acl=[
        (rq.READ, "world", "anyone"), (rq.ALL, "ip", "127.0.0.0/8"), (rq.ALL, "auth", "")]))
    alice.ok(None, rq.CREATE, rq.create("/readonly", b"r", acl=rq.READ_ONLY))
    alice.ok(None, rq.CREATE, rq.create("/alice", b"here", rq.EPHEMERAL))
    alice.ok(None, rq.CREATE, rq.create("/tree/e-", b"", rq.EPHEMERAL_SEQUENTIAL))
    gone.ok(None, rq.CREATE, rq.create("/gone", b"", rq.EPHEMERAL))
    gone.ok(None, rq.CREATE, rq.create("/tree/gone", b"", rq.EPHEMERAL))
    alice.ok(None, rq.CREATE_CONTAINER, rq.create("/container", b"c", rq.CONTAINER))
    alice.ok(None, rq.CREATE, rq.create("/container/kept"))
    alice.ok(None, rq.CREATE_TTL, rq.create_ttl("/ttl", b"t", rq.TTL, LONGEST_TTL_MS))
    alice.ok(None, rq.CREATE_TTL, rq.create_ttl("/ttl-", b"t", rq.TTL_SEQUENTIAL, LONG_TTL_MS))
    alice.ok(None, rq.CREATE_TTL, rq.create_ttl("/ttl/kept", b"t", rq.TTL, LONG_TTL_MS))
    alice.ok(None, rq.CREATE, rq.create("/zookeeper/quota/tree", b""))
    alice.ok(None, rq.CREATE, rq.create("/zookeeper/quota/tree/zookeeper_limits", b"count=100,bytes=1000"))
    alice.ok(None, rq.CREATE, rq.create("/zookeeper/quota/tree/zookeeper_stats", b"count=8,bytes=5"))
    failures(alice)
    alice.drop()
    gone.drop()
    return alice, gone


def failures(s):
    """Failed writes: each leaves an error txn."""
    assert s.call(None, rq.DELETE, rq.path_version("/none")).err == -101
    assert s.call(None, rq.SET_DATA, rq.set_data("/plain", b"", 9)).err == -103
    reply = s.call(None, rq.MULTI, rq.multi(
        (rq.CREATE, rq.create("/never")), (rq.CHECK, rq.path_version("/plain", 9)),
        (rq.SET_DATA, rq.set_data("/plain", b"never"))))
    assert reply.err == 0 and reply.body.i32() == -1


def second_life(port, alice, gone):
    """After the restart: the sessions come back, and one of them ends with its ephemerals."""
    again = Session(port)
    assert again.connect(session_id=alice.id, password=alice.password, timeout_ms=HOUR_MS)
    assert again.id == alice.id
    again.ok(None, rq.AUTH, rq.auth("digest", b"alice:secret"), rq.AUTH_XID)
    leaver = Session(port)
    assert leaver.connect(session_id=gone.id, password=gone.password, timeout_ms=2 * HOUR_MS)
    leaver.ok(None, rq.MULTI, rq.multi(
        (rq.CREATE, rq.create("/multi", b"m")), (rq.CREATE2, rq.create("/multi/s-", b"", rq.SEQUENTIAL)),
        (rq.CHECK, rq.path_version("/plain", 0)), (rq.SET_DATA, rq.set_data("/plain", b"by multi", 0)),
        (rq.CREATE_CONTAINER, rq.create("/multi/c", b"", rq.CONTAINER)),
        (rq.CREATE_TTL, rq.create_ttl("/multi/t", b"", rq.TTL, LONG_TTL_MS)),
        (rq.CREATE, rq.create("/multi/e", b"", rq.EPHEMERAL)), (rq.DELETE, rq.path_version("/empty"))))
    leaver.ok(None, rq.SET_ACL, rq.set_acl("/null", [(rq.READ, "world", "anyone"), (rq.ALL, "digest", "bob:x")]))
    leaver.close()
    idle = Session(port)
    idle.connect(timeout_ms=HOUR_MS)
    idle.ok(None, rq.CREATE, rq.create("/idle", b"", rq.EPHEMERAL))
    idle.drop()
    return again


def third_life(port, alice):
    again = Session(port)
    assert again.connect(session_id=alice.id, password=alice.password, timeout_ms=HOUR_MS)
    reader = Session(port)
    reader.connect(timeout_ms=HOUR_MS)
    reader.ok(None, rq.AUTH, rq.auth("digest", rq.SUPER_SECRET.encode()), rq.AUTH_XID)
    again.ok(None, rq.SET_DATA, rq.set_data("/tree", b"root of the quota"))
    again.ok(None, rq.CREATE, rq.create("/tree/late", b"123"))
    failures(again)
    again.ok(None, rq.CREATE, rq.create("/tree/s-", b"6", rq.SEQUENTIAL))
    again.ok(None, rq.DELETE, rq.path_version("/multi/s-0000000000"))
    again.ok(None, rq.SET_DATA, rq.set_data("/plain", b"last"))
    return reader


def describe(server, reader):
    """Every node as a client with super rights sees it, and the sessions that `dump` lists."""
    nodes = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        data = reader.ok(None, rq.GET_DATA, rq.path_watch(path)).body.buffer()
        acl = reader.ok(None, rq.GET_ACL, rq.path(path)).body.acl()
        body = reader.ok(None, rq.GET_CHILDREN2, rq.path_watch(path)).body
        children, stat = body.strings(), body.stat()
        nodes[path] = {"data": None if data is None else data.hex(), "stat": stat, "acl": acl}
        if path in STORED_OWNERS:
            nodes[path]["stored_owner"] = STORED_OWNERS[path]
        waiting += [f"{path.rstrip('/')}/{child}" for child in children]
    # 0x0 is the connection that asks.
    sessions = sorted({word for line in server.word("dump").splitlines() for word in line.split()
                       if word.startswith("0x") and not word.endswith(":") and word != "0x0"})
    # Every session that is left at the end was opened with the same time-out.
    sessions = [{"id": name, "timeout_ms": HOUR_MS} for name in sessions]
    return {"nodes": dict(sorted(nodes.items())), "sessions": sessions}


def last_of_log(files):
    """The last txn of the newest log: its zxid, and the last tree digest that a txn carries."""
    last = {}
    for log in sorted(files.glob("log.*"), key=lambda file: int(file.suffix[1:], 16)):
        reader = Reader(log.read_bytes())
        reader.raw(16)
        while reader.at + 12 < len(reader.data):
            reader.i64()
            txn = reader.buffer()
            if not txn:
                break
            reader.raw(1)
            _, _, zxid, _, kind = struct.unpack(">qiqqi", txn[:32])
            last["zxid"] = zxid
            if kind != -1:
                last["digest"] = struct.unpack(">Q", txn[-8:])[0]
    return last


def verify_digest(expected):
    """The tree digest, computed anew from what the client saw (DigestCalculator)."""
    total = 0
    for path, node in expected["nodes"].items():
        stat = node["stat"]
        if path.startswith("/zookeeper/"):
            continue
        stored_cversion = (stat["cversion"] + stat["numChildren"]) // 2
        owner = node.get("stored_owner", stat["ephemeralOwner"])
        crc = zlib.crc32(b"" if path == "/" else path.encode())
        crc = zlib.crc32(bytes.fromhex(node["data"] or ""), crc)
        crc = zlib.crc32(struct.pack(
            ">qqqqqiiiq", stat["czxid"], stat["mzxid"], stat["pzxid"], stat["ctime"], stat["mtime"],
            stat["version"], stored_cversion, stat["aversion"], owner), crc)
        total = (total + crc) & 0xFFFF_FFFF_FFFF_FFFF
    assert f"{total:016x}" == expected["tree_digest"], (f"{total:016x}", expected["tree_digest"])


def verify_reboot(server, expected, directory):
    """Apache itself, started on a copy of the files, must show the same tree."""
    copy = Server(directory / "again", server.client_port, CONFIG, PROPERTIES)
    shutil.copytree(server.data_dir, copy.data_dir, dirs_exist_ok=True)
    copy.start()
    try:
        reader = Session(copy.client_port)
        reader.connect()
        reader.ok(None, rq.AUTH, rq.auth("digest", rq.SUPER_SECRET.encode()), rq.AUTH_XID)
        assert describe(copy, reader)["nodes"] == expected["nodes"]
        reader.close()
    finally:
        copy.stop()
