"""Drives every client opcode against a standalone Apache server and records the exchanges.

Each function is one room of the protocol; the block names it gives are what the Rust tests look up.
The recordings stand in wire.txt in the order in which they happened.
"""

import protocol as rq
from apache import Server
from jute import Writer
from session import Recording, Session
from wire_access import access_control, authentication
from wire_watches import watches

HEADER = """Golden bytes of the ZooKeeper client protocol, captured from Apache ZooKeeper 3.8.0 (standalone).
To regenerate: python3 server/tests/outside/golden/capture.py wire
One block is one exchange: "# name: what", then
"> " one whole frame the client sent, in hex, with its length prefix (absent: only an event came), and
"< " each frame the server sent in answer, in order (none: the server closed the connection instead).
The request type of a reply is that of the frame above it; "connect ..." blocks hold ConnectRequest
and ConnectResponse, all others RequestHeader + body and ReplyHeader + body. Xid -1 is a watch event.
"(connection closed)" in a name: after these frames the server closed the connection; "(no answer)": nothing
came and the connection stayed open."""

CONFIG = ["tickTime=2000", "4lw.commands.whitelist=*", "admin.enableServer=false"]
PROPERTIES = [
    "zookeeper.extendedTypesEnabled=true",
    f"zookeeper.DigestAuthenticationProvider.superDigest={rq.SUPER_DIGEST}",
    "zookeeper.preAllocSize=16",
]


def capture(directory, port, out):
    recording = Recording(HEADER)
    server = Server(directory, port, CONFIG, PROPERTIES).start()
    try:
        connects(port, recording)
        session = Session(port, recording)
        session.connect("connect new session")
        session.call("ping", rq.PING, xid=rq.PING_XID)
        creates(session)
        reads(session)
        writes(session)
        access_control(port, recording, session)
        bad_requests(session)
        multis(session)
        watches(port, recording, session)
        quotas(session)
        authentication(port, recording)
        session.call("reconfig, not enabled", rq.RECONFIG, rq.reconfig("server.2=h:1:2", None, None))
        session.close("closeSession")
    finally:
        server.stop()
    # What only another configuration answers; and last what might harm the server's log.
    server.write_config([*CONFIG, "reconfigEnabled=true"])
    server.start(properties=["zookeeper.enforceQuota=true"])
    try:
        configured(port, recording)
        odd_opcodes(port, recording)
    finally:
        server.stop()
    recording.save(out)
    return len(recording.blocks)


def connects(port, recording):
    first = Session(port, recording)
    first.connect("connect without the readOnly flag", read_only=None)
    first.close("closeSession of an old client")
    first = Session(port, recording)
    first.connect("connect readOnly allowed", read_only=True)
    first.drop()
    again = Session(port, recording)
    again.connect("connect reattach", session_id=first.id, password=first.password)
    # The newest connection takes the session over; the server closes the older one.
    newer = Session(port, recording)
    newer.connect("connect reattach takes over", session_id=first.id, password=first.password)
    assert again.closed_by_server()
    wrong = Session(port, recording)
    wrong.connect("connect wrong password (connection closed)", session_id=first.id, password=b"\x07" * 16)
    assert wrong.closed_by_server()
    newer.close()
    for name, timeout_ms in [("too small", 1), ("too large", 10_000_000)]:
        clamped = Session(port, recording)
        clamped.connect(f"connect timeout {name}", timeout_ms=timeout_ms)
        clamped.close()
    expired = Session(port, recording)
    expired.connect("connect expired session (connection closed)", session_id=0x100_0000_0000_1234,
                    password=b"\x01" * 16)
    assert expired.closed_by_server()
    future = Session(port, recording)
    answered = future.connect("connect has seen a higher zxid (connection closed)",
                              last_zxid=0x7FFF_FFFF_FFFF)
    assert not answered


def creates(s):
    s.ok("create persistent", rq.CREATE, rq.create("/a", b"one"))
    s.ok("create null data", rq.CREATE, rq.create("/null", None))
    s.ok("create non-ASCII path", rq.CREATE, rq.create("/z\u00fcrich-\u6771\u4eac", b"\xff\x00"))
    s.ok("create ephemeral", rq.CREATE, rq.create("/e", b"e", rq.EPHEMERAL))
    s.ok("create sequential", rq.CREATE, rq.create("/a/s-", b"", rq.SEQUENTIAL))
    s.ok("create ephemeral sequential", rq.CREATE, rq.create("/a/es-", b"", rq.EPHEMERAL_SEQUENTIAL))
    s.ok("create sequential after a slash", rq.CREATE, rq.create("/a/", b"", rq.SEQUENTIAL))
    s.call("create container by flag", rq.CREATE, rq.create("/c-flag", b"", rq.CONTAINER))
    s.call("create ttl by flag, no ttl", rq.CREATE, rq.create("/t-flag", b"", rq.TTL))
    s.ok("create2 persistent", rq.CREATE2, rq.create("/b", b"two"))
    s.ok("create2 ephemeral", rq.CREATE2, rq.create("/e2", b"", rq.EPHEMERAL))
    s.ok("create2 sequential", rq.CREATE2, rq.create("/b/s-", b"", rq.SEQUENTIAL))
    s.ok("create2 ephemeral sequential", rq.CREATE2, rq.create("/b/es-", b"", rq.EPHEMERAL_SEQUENTIAL))
    s.ok("createContainer", rq.CREATE_CONTAINER, rq.create("/c", b"box", rq.CONTAINER))
    s.ok("create in container", rq.CREATE, rq.create("/c/x"))
    s.ok("createTTL", rq.CREATE_TTL, rq.create_ttl("/ttl", b"t", rq.TTL, 3_600_000))
    s.ok("createTTL sequential", rq.CREATE_TTL, rq.create_ttl("/ttl-", b"t", rq.TTL_SEQUENTIAL, 1_099_511_627_775))
    s.call("createTTL zero ttl", rq.CREATE_TTL, rq.create_ttl("/ttl0", b"", rq.TTL, 0))
    s.call("createTTL too large ttl", rq.CREATE_TTL, rq.create_ttl("/ttlbig", b"", rq.TTL, 1 << 40))
    s.call("createTTL with a persistent flag", rq.CREATE_TTL, rq.create_ttl("/ttlp", b"", rq.PERSISTENT, 1000))
    s.call("create node exists", rq.CREATE, rq.create("/a"))
    s.call("create2 node exists", rq.CREATE2, rq.create("/a"))
    s.call("create no parent", rq.CREATE, rq.create("/none/x"))
    s.call("create child of ephemeral", rq.CREATE, rq.create("/e/x"))
    s.call("create unknown flags", rq.CREATE, rq.create("/flags", b"", 99))


def reads(s):
    s.ok("exists hit", rq.EXISTS, rq.path_watch("/a"))
    s.call("exists miss", rq.EXISTS, rq.path_watch("/none"))
    s.ok("exists ephemeral", rq.EXISTS, rq.path_watch("/e"))
    s.ok("exists container", rq.EXISTS, rq.path_watch("/c"))
    s.ok("exists ttl", rq.EXISTS, rq.path_watch("/ttl"))
    s.ok("getData hit", rq.GET_DATA, rq.path_watch("/a"))
    s.ok("getData null data", rq.GET_DATA, rq.path_watch("/null"))
    s.call("getData miss", rq.GET_DATA, rq.path_watch("/none"))
    s.ok("getData root", rq.GET_DATA, rq.path_watch("/"))
    s.ok("getData config node", rq.GET_DATA, rq.path_watch("/zookeeper/config"))
    s.ok("getChildren", rq.GET_CHILDREN, rq.path_watch("/a"))
    s.ok("getChildren none", rq.GET_CHILDREN, rq.path_watch("/null"))
    s.call("getChildren miss", rq.GET_CHILDREN, rq.path_watch("/none"))
    s.ok("getChildren2", rq.GET_CHILDREN2, rq.path_watch("/"))
    s.call("getChildren2 miss", rq.GET_CHILDREN2, rq.path_watch("/none"))
    s.ok("getACL", rq.GET_ACL, rq.path("/a"))
    s.ok("getACL config node", rq.GET_ACL, rq.path("/zookeeper/config"))
    s.call("getACL miss", rq.GET_ACL, rq.path("/none"))
    s.ok("sync", rq.SYNC, rq.path("/a"))
    s.call("sync miss", rq.SYNC, rq.path("/none"))
    s.ok("getEphemerals", rq.GET_EPHEMERALS, rq.path("/a"))
    s.ok("getEphemerals root", rq.GET_EPHEMERALS, rq.path("/"))
    s.ok("getEphemerals none", rq.GET_EPHEMERALS, rq.path("/none"))
    s.ok("getAllChildrenNumber", rq.GET_ALL_CHILDREN_NUMBER, rq.path("/"))
    s.call("getAllChildrenNumber miss", rq.GET_ALL_CHILDREN_NUMBER, rq.path("/none"))
    s.ok("whoAmI", rq.WHO_AM_I)
    s.ok("multiRead", rq.MULTI_READ, rq.multi(
        (rq.GET_DATA, rq.path_watch("/a")), (rq.GET_CHILDREN, rq.path_watch("/b"))))
    s.ok("multiRead with a miss", rq.MULTI_READ, rq.multi(
        (rq.GET_DATA, rq.path_watch("/none")), (rq.GET_CHILDREN, rq.path_watch("/a")),
        (rq.GET_CHILDREN, rq.path_watch("/none")), (rq.GET_DATA, rq.path_watch("/null"))))
    s.ok("multiRead empty", rq.MULTI_READ, rq.multi())


def writes(s):
    s.ok("setData", rq.SET_DATA, rq.set_data("/a", b"uno"))
    s.ok("setData with version", rq.SET_DATA, rq.set_data("/a", b"uno", 1))
    s.ok("setData null", rq.SET_DATA, rq.set_data("/b", None))
    s.call("setData bad version", rq.SET_DATA, rq.set_data("/a", b"x", 77))
    s.call("setData miss", rq.SET_DATA, rq.set_data("/none", b"x"))
    s.call("delete not empty", rq.DELETE, rq.path_version("/a"))
    s.call("delete bad version", rq.DELETE, rq.path_version("/null", 3))
    s.call("delete miss", rq.DELETE, rq.path_version("/none"))
    s.ok("delete", rq.DELETE, rq.path_version("/null", 0))
    s.ok("delete ephemeral", rq.DELETE, rq.path_version("/e2"))


def bad_requests(s):
    for what, path in [
        ("empty", ""), ("relative", "a"), ("double slash", "/a//b"), ("trailing slash", "/a/"),
        ("dot", "/a/."), ("dot dot", "/a/../b"), ("NUL", "/a\0b"), ("control character", "/a\x01b"),
        ("surrogate range", "/a\uf8ffb"), ("root", "/"),
    ]:
        s.call(f"create bad path, {what}", rq.CREATE, rq.create(path))
    s.call("delete root", rq.DELETE, rq.path_version("/"))
    s.call("delete zookeeper", rq.DELETE, rq.path_version("/zookeeper"))
    s.call("getData bad path", rq.GET_DATA, rq.path_watch("a"))
    s.call("exists bad path", rq.EXISTS, rq.path_watch(""))
    s.call("setData bad path", rq.SET_DATA, rq.set_data("a", b""))
    s.call("create truncated body", rq.CREATE, Writer().string("/cut"))
    s.call("getData without a body", rq.GET_DATA)
    s.call("exists huge string length", rq.EXISTS, Writer().i32(0x7FFFFFF0))
    s.call("getData trailing bytes", rq.GET_DATA, rq.path_watch("/a").i64(0))


def multis(s):
    s.ok("multi all kinds", rq.MULTI, rq.multi(
        (rq.CREATE, rq.create("/m", b"m")), (rq.CREATE2, rq.create("/m/s-", b"", rq.SEQUENTIAL)),
        (rq.CHECK, rq.path_version("/m", 0)), (rq.SET_DATA, rq.set_data("/m", b"n", 0)),
        (rq.CREATE_CONTAINER, rq.create("/m/c", b"", rq.CONTAINER)),
        (rq.CREATE_TTL, rq.create_ttl("/m/t", b"", rq.TTL, 60_000)),
        (rq.DELETE, rq.path_version("/m/t")), (rq.CREATE, rq.create("/m/e", b"", rq.EPHEMERAL))))
    s.call("multi fails at check", rq.MULTI, rq.multi(
        (rq.CREATE, rq.create("/m2")), (rq.CHECK, rq.path_version("/m", 5)),
        (rq.SET_DATA, rq.set_data("/m", b"")), (rq.DELETE, rq.path_version("/m"))))
    s.call("multi fails first", rq.MULTI, rq.multi(
        (rq.DELETE, rq.path_version("/none")), (rq.CREATE, rq.create("/m2"))))
    s.call("multi fails last", rq.MULTI, rq.multi(
        (rq.SET_DATA, rq.set_data("/m", b"o")), (rq.CREATE, rq.create("/m"))))
    s.call("multi no auth", rq.MULTI, rq.multi(
        (rq.CREATE2, rq.create("/m3")), (rq.SET_DATA, rq.set_data("/b", b""))))
    s.call("multi bad path", rq.MULTI, rq.multi((rq.CREATE, rq.create("no"))))
    s.call("multi empty", rq.MULTI, rq.multi())
    s.call("multi check only", rq.MULTI, rq.multi((rq.CHECK, rq.path_version("/m"))))
    s.call("multi check missing node", rq.MULTI, rq.multi((rq.CHECK, rq.path_version("/none"))))
    s.call("multi with a read inside", rq.MULTI, rq.multi((rq.GET_DATA, rq.path_watch("/m"))))


def quotas(s):
    s.ok(None, rq.CREATE, rq.create("/q"))
    s.ok(None, rq.CREATE, rq.create("/zookeeper/quota/q"))
    s.ok("create quota limits", rq.CREATE, rq.create(
        "/zookeeper/quota/q/zookeeper_limits", b"count=2,bytes=10=;byteHardLimit=-1;countHardLimit=2"))
    s.ok("create quota stats", rq.CREATE, rq.create(
        "/zookeeper/quota/q/zookeeper_stats", b"count=1,bytes=0"))
    s.ok(None, rq.CREATE, rq.create("/q/1", b"12345"))
    s.ok("getData quota stats", rq.GET_DATA, rq.path_watch("/zookeeper/quota/q/zookeeper_stats"))


class Raw:
    """A body that is not jute."""

    def __init__(self, data):
        self.bytes = data


def odd_opcodes(port, recording):
    for name, opcode, body in [
        ("sasl without a login module", rq.SASL, Writer().buffer(b"token")),
        ("check at top level", rq.CHECK, rq.path_version("/a")),
        ("check at top level, bad version", rq.CHECK, rq.path_version("/a", 99)),
        ("check at top level, miss", rq.CHECK, rq.path_version("/none")),
        ("deleteContainer by a client, jute path", rq.DELETE_CONTAINER, rq.path("/c")),
        ("deleteContainer by a client, raw path", rq.DELETE_CONTAINER, Raw(b"/c")),
        ("unknown opcode 42", 42, Writer()),
        ("createSession as a request", -10, Writer().i32(30000)),
        ("error as a request", -1, Writer()),
        ("opcode 0 notification", 0, Writer()),
        ("opcode 10", 10, Writer()),
    ]:
        # Asked twice: only after the first time is it known how the exchange ends.
        ending = ask_to_the_end(Session(port), opcode, body)
        s = Session(port, recording, timeout_s=1)
        s.connect()
        s.send_only(name + ending, opcode, body)
        s.drop()


def ask_to_the_end(s, opcode, body):
    """How the server ends the exchange, as a suffix for the block's name."""
    s.connect()
    s.link.settimeout(1)
    answered = False
    try:
        answered = s.call(None, opcode, body) is not None
        return " (connection closed)" if not answered or s.closed_by_server() else ""
    except TimeoutError:
        return "" if answered else " (no answer)"
    finally:
        s.drop()


def configured(port, recording):
    """reconfigEnabled and enforceQuota, which the first server had not."""
    s = Session(port, recording)
    s.connect()
    s.call("create beyond a hard quota", rq.CREATE, rq.create("/q/2", b""))
    s.call("setData beyond a soft quota", rq.SET_DATA, rq.set_data("/q/1", b"0123456789abc"))
    s.call("multi beyond a hard quota", rq.MULTI, rq.multi((rq.CREATE, rq.create("/q/3"))))
    s.call("reconfig no auth", rq.RECONFIG, rq.reconfig("server.2=h:1:2", None, None))
    s.ok(None, rq.AUTH, rq.auth("digest", rq.SUPER_SECRET.encode()), rq.AUTH_XID)
    s.call("reconfig on a standalone server", rq.RECONFIG, rq.reconfig("server.2=h:1:2", None, None))
    s.close()
