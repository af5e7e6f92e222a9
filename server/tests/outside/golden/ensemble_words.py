"""Captures what the members of an Apache ensemble answer to four-letter words and AdminServer commands.

Once with a quorum, by role (leader, follower, observer), once where the quorum is lost, and once
where a member without a quorum serves read-only.
"""

import protocol as rq
from apache import wait_for
from ensemble import Ensemble
from words import clear, save_admin, save_word

WORDS = ["conf", "cons", "dump", "isro", "mntr", "ruok", "srvr", "stat", "wchs", "hash", "dirs"]
ADMIN = ["configuration", "connections", "is_read_only", "leader", "monitor", "observers", "server_stats",
         "voting_view", "zabstate"]


def capture(directory, base_port, out):
    for kind in ("fourletter", "admin"):
        clear(out / kind, "ensemble-*")
    e = Ensemble(directory, base_port + 300, voters=3, observers=1)
    try:
        e.start(1, 2)
        leader = e.wait_leader()
        e.start(3, 4)
        sessions = [e.session(sid) for sid in e.members]
        for session in sessions:
            session.ok(None, rq.CREATE, rq.create("/n-", b"x", rq.EPHEMERAL_SEQUENTIAL))
        sessions[0].ok(None, rq.GET_DATA, rq.path_watch("/", True))
        ask(e, leader, "leader", directory, out)
        ask(e, 3, "follower", directory, out)
        ask(e, 4, "observer", directory, out)
        for sid in {1, 2} - {3}:
            e.members[sid].kill()
        wait_for(lambda: "not currently serving" in e.members[3].word("srvr"), 60, "member 3 to lose the quorum")
        ask(e, 3, "no-quorum", directory, out)
        e.members[3].kill()
        # Without local sessions a read-only member of 3.8.0 refuses every session (ReadOnlyRequestProcessor).
        with open(e.members[3].config_file, "a", encoding="utf-8") as config:
            config.write("localSessionsEnabled=true\nlocalSessionsUpgradingEnabled=true\n")
        e.members[3].start(wait=False, properties=["readonlymode.enabled=true"])
        wait_for(lambda: "Mode: read-only" in e.members[3].word("srvr"), 60, "member 3 to serve read-only")
        e.session(3, read_only=True).ok(None, rq.GET_DATA, rq.path_watch("/"))
        ask(e, 3, "read-only", directory, out)
    finally:
        e.stop()
    count = sum(1 for kind in ("fourletter", "admin") for _ in (out / kind).glob("ensemble-*"))
    return f"{count} replies of an ensemble"


def ask(e, sid, role, directory, out):
    for command in ADMIN:
        save_admin(e.port(sid, "admin"), command, out / "admin", directory, f"ensemble-{role}-{command}.json")
    for word in WORDS:
        save_word(e.members[sid], word, out / "fourletter" / f"ensemble-{role}-{word}.txt", directory)
