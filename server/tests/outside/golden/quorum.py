"""Records the election and quorum ports of two Apache ensembles while members join, write and change.

The first ensemble has a static configuration; the second one is reconfigured, and leaves the data
directory of one of its members behind, with epoch files and reconfig txns.
"""

import json
import shutil
import signal
import struct
import time

import protocol as rq
from apache import wait_for
from data import describe, last_of_log, verify_digest
from ensemble import Ensemble
from session import Session
from sniff import Sniffer, save

HEADER = """Golden bytes of Apache ZooKeeper 3.8.0's {what}, whole TCP connections from their first byte.
To regenerate: python3 server/tests/outside/golden/capture.py quorum   (needs root: it listens on loopback)
One block is one connection: "# name: what", then in the order of their arrival "> " bytes from the side that
dialled and "< " bytes from the side that accepted, in hex. TCP knows no packets: join the lines of a
direction before reading it. {limit}"""
LIMIT = 16384


def capture(directory, base_port, out):
    ensemble = Ensemble(directory / "static", base_port + 100, voters=3, observers=1)
    sniffer = Sniffer(ensemble.ports("quorum") + ensemble.ports("election"))
    joins = []
    try:
        static_ensemble(ensemble, sniffer, joins)
    finally:
        ensemble.stop()
    elections = election_connections(ensemble, sniffer)
    ensemble = Ensemble(directory / "dynamic", base_port + 200, voters=3, observers=1,
                        config=["reconfigEnabled=true"])
    sniffer = Sniffer(ensemble.ports("quorum") + ensemble.ports("election"))
    try:
        reconfigured_ensemble(ensemble, sniffer, joins, out)
    finally:
        ensemble.stop()
    elections += [(f"reconfigEnabled, {name}", *rest) for name, *rest in election_connections(ensemble, sniffer)]
    limit = f"Streams are cut after {LIMIT} bytes of a direction."
    save(out / "quorum.txt", HEADER.format(what="quorum port", limit=limit), joins)
    save(out / "election.txt", HEADER.format(what="election port", limit=limit), elections)
    return f"{len(joins)} quorum connections, {len(elections)} election connections"


def static_ensemble(e, sniffer, joins):
    def watch(name, action, learner, leader):
        mark = len(sniffer.connections)
        result = action()
        connection = wait_connection(sniffer, mark, e.port(leader, "quorum"), learner)
        joins.append((name, connection, LIMIT))
        return result

    watch("follower 1 joins leader 2, both empty", lambda: e.start(1, 2), 1, 2)
    assert e.wait_leader() == 2
    writer = e.session(2)
    writer.ok(None, rq.CREATE, rq.create("/a", b"one"))
    writer.ok(None, rq.CREATE, rq.create("/e", b"", rq.EPHEMERAL))
    watch("follower 3 joins leader 2 empty, with writes and client requests", lambda: e.start(3), 3, 2)
    through_a_follower(e, writer)
    e.members[3].stop()
    for n in range(3):
        writer.ok(None, rq.SET_DATA, rq.set_data("/a", str(n).encode()))
    assert writer.call(None, rq.DELETE, rq.path_version("/none")).err == -101
    watch("follower 3 rejoins leader 2 behind by four txns", lambda: e.start(3), 3, 2)
    watch("observer 4 joins leader 2 empty", lambda: e.start(4), 4, 2)
    writer.ok(None, rq.CREATE, rq.create("/b", b"to the observer"))
    behind_observer = e.session(4)
    behind_observer.ok(None, rq.CREATE, rq.create("/c", b"from the observer"))
    behind_observer.ok(None, rq.SYNC, rq.path("/c"))
    behind_observer.close()
    writer.close()
    time.sleep(2.5)  # let a ping or two be recorded
    e.members[4].stop()
    truncation(e, watch, "", go_on=False)
    truncation(e, watch, " that has written since", go_on=True)


def through_a_follower(e, writer):
    """REQUEST for every kind of forwarded request, SYNC, REVALIDATE, and a ping with a touched session."""
    s = e.session(3, timeout_ms=20000)
    s.ok(None, rq.AUTH, rq.auth("digest", b"alice:secret"), rq.AUTH_XID)
    s.ok(None, rq.CREATE, rq.create("/f", b"forwarded", acl=rq.CREATOR))
    s.ok(None, rq.CREATE2, rq.create("/f/s-", b"", rq.SEQUENTIAL))
    s.ok(None, rq.CREATE_TTL, rq.create_ttl("/t", b"", rq.TTL, 3_600_000))
    s.ok(None, rq.CREATE_CONTAINER, rq.create("/k", b"", rq.CONTAINER))
    s.ok(None, rq.SET_DATA, rq.set_data("/f", b"again"))
    s.ok(None, rq.SET_ACL, rq.set_acl("/f", rq.OPEN))
    s.ok(None, rq.MULTI, rq.multi((rq.CREATE, rq.create("/m")), (rq.DELETE, rq.path_version("/m"))))
    s.ok(None, rq.SYNC, rq.path("/f"))
    assert s.call(None, rq.DELETE, rq.path_version("/none")).err == -101
    s.drop()
    # The same session on another member, and back: the leader is asked (REVALIDATE).
    elsewhere = e.session(1, session_id=s.id, password=s.password, timeout_ms=20000)
    elsewhere.ok(None, rq.CREATE, rq.create("/moved", b"", rq.EPHEMERAL))
    elsewhere.drop()
    back = e.session(3, session_id=s.id, password=s.password, timeout_ms=20000)
    assert back.id == s.id
    unknown = Session(e.port(3, "client"))
    unknown.connect(session_id=0x0300_0000_0000_0042, password=b"\x01" * 16)
    assert unknown.id == 0
    back.ok(None, rq.PING, xid=rq.PING_XID)
    time.sleep(2.5)  # the next ping's answer carries the touched sessions
    back.close()
    writer.ok(None, rq.PING, xid=rq.PING_XID)


def truncation(e, watch, detail, go_on):
    """A leader logs what no follower has seen, dies, and comes back to a quorum of a new epoch.

    Where nothing was written in that epoch yet, it is told to TRUNC; else (go_on) it gets a SNAP.
    """
    leader = e.wait_leader()
    followers = [sid for sid in (1, 2, 3) if sid != leader]
    doomed = e.session(leader)
    for sid in followers:
        e.members[sid].process.send_signal(signal.SIGSTOP)
    log = max((e.members[leader].data_dir / "version-2").glob("log.*"), key=lambda f: int(f.suffix[1:], 16))
    before = log.read_bytes()
    doomed.link.settimeout(1)
    doomed.send_only(None, rq.CREATE, rq.create("/never", b"uncommitted"))
    wait_for(lambda: log.read_bytes() != before, 10, "the leader to log the doomed write")
    for sid in followers + [leader]:
        e.members[sid].kill()
    e.start(*followers)
    new_leader = e.wait_leader()
    if go_on:
        e.session(new_leader).ok(None, rq.CREATE, rq.create("/after", b""))
    watch(f"former leader {leader} with an uncommitted txn rejoins leader {new_leader}{detail}",
          lambda: e.start(leader), leader, new_leader)


def reconfigured_ensemble(e, sniffer, joins, out):
    marks = len(sniffer.connections)
    e.start(1, 2, 3)
    leader = e.wait_leader()
    boss = e.session(leader)
    boss.ok(None, rq.AUTH, rq.auth("digest", rq.SUPER_SECRET.encode()), rq.AUTH_XID)
    boss.ok(None, rq.CREATE, rq.create("/before", b"x"))
    e.start(4)
    as_voter = e.server_line(4).replace("observer", "participant")
    boss.ok(None, rq.RECONFIG, rq.reconfig(f"{as_voter};{e.port(4, 'client')}", None, None))
    boss.ok(None, rq.CREATE, rq.create("/between", b"x"))
    boss.ok(None, rq.RECONFIG, rq.reconfig(None, "4", None))
    boss.ok(None, rq.CREATE, rq.create("/behind", b"", rq.EPHEMERAL))
    refused = boss.call(None, rq.RECONFIG, rq.reconfig("server.5=127.0.0.1:1:2;3", None, None, 77))
    assert refused.err == -103, refused.err
    time.sleep(2.5)
    for connection in sniffer.connections[marks:]:
        sid = learner_of(connection)
        if connection.port in e.ports("quorum") and sid is not None and len(connection.stream("<")) > 200:
            joins.append((f"reconfigEnabled, {role(connection)} {sid} of leader {leader}", connection, LIMIT))
    keep_data(e, leader, boss, out / "data-3.8.0-ensemble")


def keep_data(e, leader, reader, out):
    """One follower's directory, with epochs and reconfig txns, and what its clients see."""
    sid = next(sid for sid in (1, 2, 3) if sid != leader)
    expected = describe(e.members[leader], reader)
    expected["sessions"] = [{"id": hex(reader.id), "timeout_ms": reader.timeout_ms}]
    for member in e.members.values():
        member.stop()
    files = e.members[sid].data_dir / "version-2"
    last = last_of_log(files)
    expected["last_zxid"], expected["tree_digest"] = last["zxid"], f"{last['digest']:016x}"
    verify_digest(expected)
    expected["epochs"] = {name: int((files / name).read_text()) for name in ("acceptedEpoch", "currentEpoch")}
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(files, out / "version-2")
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def wait_connection(sniffer, mark, port, learner):
    def found():
        return next((c for c in sniffer.connections[mark:] if c.port == port and learner_of(c) == learner
                     and len(c.stream("<")) > 60), None)

    wait_for(lambda: found() is not None, 30, f"learner {learner} to reach port {port}")
    return found()


def learner_of(connection):
    """The sid in LearnerInfo of the first packet (FOLLOWERINFO or OBSERVERINFO)."""
    first = connection.stream(">")
    if len(first) < 24 or struct.unpack(">i", first[:4])[0] not in (11, 16):
        return None
    return struct.unpack(">q", first[16:24])[0]


def role(connection):
    return "follower" if struct.unpack(">i", connection.stream(">")[:4])[0] == 11 else "observer"


def election_connections(e, sniffer):
    named = []
    for connection in sniffer.connections:
        hello = connection.stream(">")
        if connection.port in e.ports("election") and len(hello) >= 16:
            acceptor = (connection.port - e.base_port) // 10
            named.append((f"{struct.unpack('>q', hello[8:16])[0]} dials {acceptor}", connection, LIMIT // 4))
    return named
