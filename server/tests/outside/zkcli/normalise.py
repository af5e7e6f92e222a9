#!/usr/bin/env python3
"""Masks what differs between two runs of drive.py though the servers agree: stdin to stdout.

Masked: times, session ids, the server's address, the client's build date. Sorted: the lists whose order
Apache takes from a hash table (getEphemerals, the identities of whoami). Left out: the client's own event
at its end, which it prints or not as its threads race. Zxids are kept: the same script
on a fresh standalone server gives the same ones.
"""

import re
import sys

EPOCH = "Thu Jan 01 00:00:00 UTC 1970"
MASKS = [
    (re.compile(rf"^([cm]time = )(?!{EPOCH}).*"), r"\1TIME"),
    (re.compile(r"^(ephemeralOwner = )0x(?!0$)[0-9a-f]+"), r"\1SESSION"),
    (re.compile(r"^(Connecting to |\d+ - connect )\S+"), r"\1SERVER"),
    (re.compile(r"^(ZooKeeper CLI version: 3\.8\.0).*"), r"\1"),
]


CLOSED = "WatchedEvent state:Closed type:None path:null"


def normalise(lines):
    """The lines, masked and with their unordered lists sorted."""
    out, identities, command = [], [], ""
    for line in [*lines, "> "]:
        if line == CLOSED:
            continue
        if line.startswith("> "):
            out += sorted(identities)
            identities, command = [], line[2:]
        for pattern, replacement in MASKS:
            line = pattern.sub(replacement, line)
        if command.startswith("getEphemerals") and line.startswith("["):
            line = "[" + ", ".join(sorted(filter(None, line[1:-1].split(", ")))) + "]"
        if command == "whoami" and ": " in line and not line.startswith("Auth scheme"):
            identities.append(line)
        else:
            out.append(line)
    return out[:-1]


if __name__ == "__main__":
    print("\n".join(normalise(sys.stdin.read().splitlines())))
