"""A kazoo client for the ensemble tests: one command a line in, one answer a line out.

    session             the session's id
    states              every state that the session was in since the last time asked
    server              host:port it is connected to
    ephemeral PATH      creates an ephemeral znode
    create PATH DATA    creates a persistent one
    set PATH DATA       sets its data
    get PATH            its data, or "none"
    watch PATH          leaves a DataWatch on it; answers with its data
    seen PATH DATA      waits until that watch has seen DATA; answers with all that it has seen

A request that loses its connection is tried again, as applications do.
"""

import logging
import sys
import threading

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException, NodeExistsError, NoNodeError
from kazoo.retry import KazooRetry

logging.basicConfig(level=logging.WARNING)
RETRY = KazooRetry(max_tries=200, delay=0.1, max_delay=0.5, backoff=1)
states = []
seen = {}
changed = threading.Condition()


def watch(client, path):
    seen[path] = []

    @client.DataWatch(path)
    def _(data, _stat):
        with changed:
            seen[path].append("none" if data is None else data.decode())
            changed.notify_all()

    return seen[path][-1]


def wait_seen(path, data):
    with changed:
        changed.wait_for(lambda: data in seen[path], 30)
        return " ".join(seen[path])


def create(client, path, data=b"", ephemeral=False):
    try:
        RETRY(client.create, path, data, ephemeral=ephemeral)
    except NodeExistsError:
        pass  # the attempt before the connection was lost had succeeded
    return "done"


def get(client, path):
    try:
        return RETRY(client.get, path)[0].decode()
    except NoNodeError:
        return "none"


def answer(client, command, *arguments):
    match command:
        case "session":
            return f"{client.client_id[0]:#x}"
        case "states":
            said = " ".join(states) or "none"
            states.clear()
            return said
        case "server":
            return ":".join(map(str, client._connection._socket.getpeername()))
        case "ephemeral":
            return create(client, arguments[0], ephemeral=True)
        case "create":
            return create(client, arguments[0], arguments[1].encode())
        case "set":
            RETRY(client.set, arguments[0], arguments[1].encode())
            return "done"
        case "get":
            return get(client, arguments[0])
        case "watch":
            return watch(client, arguments[0])
        case "seen":
            return wait_seen(*arguments)
    return f"unknown command {command}"


def main(hosts, timeout_s):
    client = KazooClient(hosts, timeout=float(timeout_s), randomize_hosts=False,
                         connection_retry=KazooRetry(max_tries=-1, delay=0.1, max_delay=0.3, backoff=1))
    client.add_listener(states.append)
    client.start(60)
    for line in sys.stdin:
        try:
            said = answer(client, *line.split())
        except KazooException as error:
            said = f"error {error!r}"
        print(said, flush=True)


main(*sys.argv[1:])
