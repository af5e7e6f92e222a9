"""Captures every four-letter word and every AdminServer command of a standalone Apache server.

Two clients are connected, with watches of each kind, an ephemeral and a quota, so that no list is empty.
"""

import json
import re
import time
import urllib.error
import urllib.request

import protocol as rq
from apache import HOST, Server
from session import Session

WORDS = ["conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "hash", "isro", "mntr", "ruok", "srst",
         "srvr", "stat", "stmk", "wchc", "wchp", "wchs"]
# The resets last, so that the others have something to count.
WORDS.sort(key=lambda word: word in ("srst", "crst"))

ADMIN = ["configuration", "connection_stat_reset", "connections", "dirs", "dump", "environment",
         "get_trace_mask", "hash", "initial_configuration", "is_read_only", "last_snapshot", "leader",
         "monitor", "observer_connection_stat_reset", "observers", "ruok", "server_stats",
         "set_trace_mask?traceMask=306", "stat_reset", "stats", "system_properties", "voting_view",
         "watch_summary", "watches", "watches_by_path", "zabstate"]
ADMIN.sort(key=lambda command: "reset" in command)


def capture(directory, port, out):
    server = Server(
        directory, port,
        ["tickTime=2000", "4lw.commands.whitelist=*", f"admin.serverPort={port + 1}"],
        [f"zookeeper.DigestAuthenticationProvider.superDigest={rq.SUPER_DIGEST}", "zookeeper.preAllocSize=16"],
    ).start()
    try:
        sessions = populate(port)
        words, admin = out / "fourletter", out / "admin"
        clear(words, "[!e]*", "en[!s]*")
        clear(admin, "[!e]*", "en[!s]*")
        for command in ADMIN:
            if "reset" not in command:
                save_admin(port + 1, command, admin, directory)
        for word in WORDS:
            save_word(server, word, words / f"{word}.txt", directory)
        for command in ADMIN:
            if "reset" in command:
                save_admin(port + 1, command, admin, directory)
        save_admin(port + 1, "", admin, directory, "index.html")
        save_admin(port + 1, "nosuchcommand", admin, directory, "unknown.json")
        for session in sessions:
            session.close()
    finally:
        server.stop()
    # The default whitelist, and what a word outside of it is told.
    server.write_config(["admin.enableServer=false"])
    server.start(wait=False)
    try:
        deadline = time.monotonic() + 30
        while not server.word("srvr") and time.monotonic() < deadline:
            time.sleep(0.1)
        save_word(server, "mntr", words / "refused-mntr.txt", directory)
        save_word(server, "nope", words / "unknown-word.txt", directory)
    finally:
        server.stop()
    return f"{len(list(words.iterdir()))} words, {len(list(admin.iterdir()))} admin commands"


def clear(directory, *patterns):
    """Removes what an earlier run has left of these captures."""
    directory.mkdir(parents=True, exist_ok=True)
    for pattern in patterns:
        for file in directory.glob(pattern):
            file.unlink()


def scrub(text, directory):
    """Takes this machine out of a reply: its temporary directory, and the class path of a desktop's worth of jars."""
    text = text.replace(str(directory), "/var/lib/zookeeper")
    return re.sub(r'(java\.class\.path(?:=|" : "))[^"\n]*', r"\1zookeeper.jar:zookeeper-jute.jar", text)


def save_word(server, word, file, directory):
    file.write_text(scrub(server.word(word), directory))


def populate(port):
    first, second = Session(port), Session(port)
    first.connect(timeout_ms=30000)
    second.connect(timeout_ms=10000, read_only=True)
    second.ok(None, rq.AUTH, rq.auth("digest", b"alice:secret"), rq.AUTH_XID)
    first.ok(None, rq.CREATE, rq.create("/a", b"one"))
    first.ok(None, rq.CREATE, rq.create("/a/b", b"two"))
    first.ok(None, rq.CREATE, rq.create("/e", b"", rq.EPHEMERAL))
    second.ok(None, rq.CREATE, rq.create("/e2", b"", rq.EPHEMERAL))
    # 128 txns and more, so that the digest log of `hash` has an entry.
    for n in range(130):
        first.ok(None, rq.SET_DATA, rq.set_data("/a", str(n).encode()))
    first.ok(None, rq.GET_DATA, rq.path_watch("/a", True))
    first.ok(None, rq.GET_CHILDREN, rq.path_watch("/a", True))
    second.ok(None, rq.GET_DATA, rq.path_watch("/a", True))
    second.call(None, rq.EXISTS, rq.path_watch("/none", True))
    second.ok(None, rq.ADD_WATCH, rq.path_type("/a", 1))
    first.ok(None, rq.ADD_WATCH, rq.path_type("/e", 0))
    second.call(None, rq.GET_DATA, rq.path_watch("/none"))
    first.ok(None, rq.PING, xid=rq.PING_XID)
    return first, second


def save_admin(port, command, admin, directory, file_name=None):
    """One reply of the AdminServer as it came, and its HTTP status and type in status.txt."""
    url = f"http://{HOST}:{port}/commands/{command}" if command else f"http://{HOST}:{port}/commands"
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            status, kind, text = reply.status, reply.headers["Content-Type"], reply.read().decode()
    except urllib.error.HTTPError as error:
        status, kind, text = error.code, error.headers["Content-Type"], error.read().decode()
    name = file_name or f"{command.split('?')[0]}.json"
    (admin / name).write_text(scrub(text, directory))
    index = "ensemble-status.txt" if name.startswith("ensemble-") else "status.txt"
    with open(admin / index, "a", encoding="utf-8") as lines:
        lines.write(f"{name} {status} {kind}\n")
    if name.endswith(".json") and status == 200:
        json.loads(text)
