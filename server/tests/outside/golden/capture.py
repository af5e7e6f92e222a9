#!/usr/bin/env python3
"""Captures golden bytes from Apache ZooKeeper 3.8.0 into shared/tests/golden.

    python3 capture.py [--base-port N] [wire] [data] [words] [ensemble_words] [quorum]     (default: all of them)

Needs Java and Apache ZooKeeper 3.8.0 (Debian: apt-get install zookeeper libjetty9-java); the Python
part is the standard library alone. Zxids, times and session ids differ from run to run: tests that
read the fixtures must not know them.
"""

import argparse
import importlib
import tempfile
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[4] / "shared" / "tests" / "golden"
PARTS = {"wire": "wire.txt", "data": "data-3.8.0", "words": ".", "ensemble_words": ".", "quorum": "."}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--base-port", type=int, default=21000)
    parser.add_argument("parts", nargs="*")
    arguments = parser.parse_args()
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for part in arguments.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix=f"golden-{part}-") as directory:
            done = importlib.import_module(part).capture(
                Path(directory), arguments.base_port, GOLDEN / PARTS[part])
        print(f"{part}: {done}")


if __name__ == "__main__":
    main()
