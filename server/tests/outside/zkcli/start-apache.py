#!/usr/bin/env python3
"""Runs a fresh standalone Apache server as script.txt wants it, until it is told to stop (SIGTERM, SIGINT).

    start-apache.py PORT
"""

import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "golden"))

from apache import Server  # noqa: E402
import protocol as rq  # noqa: E402

CONFIG = ["tickTime=2000", "admin.enableServer=false", "reconfigEnabled=true"]
PROPERTIES = [
    "zookeeper.extendedTypesEnabled=true",
    f"zookeeper.DigestAuthenticationProvider.superDigest={rq.SUPER_DIGEST}",
]


def main():
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with tempfile.TemporaryDirectory(prefix="zkcli-apache-") as directory:
        server = Server(directory, int(sys.argv[1]), CONFIG, PROPERTIES)
        try:
            server.start()
            print("serving", flush=True)
            signal.sigwait(signals)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
