#!/usr/bin/env python3
"""Reads pytest's junit files and compares them with what passes on Apache.

    results.py record LIST JUNIT            writes the passing tests to LIST
    results.py regressed DIR JUNIT          prints, as pytest node ids, what passes on Apache and not here
    results.py compare DIR JUNIT [RERUN]    reports; exit 1 on a regression that accepted.txt does not name
    results.py node-ids NAME...             names as in the lists to pytest node ids

DIR holds expected-apache.txt (one test per line; another list where KAZOO_EXPECTED names it) and
accepted.txt ("test: reason" per line).
"""

import os
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

EXPECTED = os.environ.get("KAZOO_EXPECTED", "expected-apache.txt")
HEADER = """# Tests of kazoo 2.11.0's suite that pass on Apache ZooKeeper 3.8.0.
# Written by `run.sh apache`.
"""


def outcomes(junit):
    """Test name ("test_client.TestClient.test_create") to "passed", "failed" or "skipped"."""
    found = {}
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}".removeprefix("kazoo.tests.")
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        # A test whose tear-down fails has two entries: the worse one counts.
        found[name] = outcome if found.get(name) != "failed" else "failed"
    return found


def node_id(name):
    """"test_client.TestClient.test_create" to "kazoo/tests/test_client.py::TestClient::test_create"."""
    plain, bracket, parameters = name.partition("[")
    module, *rest = plain.split(".")
    return "::".join([f"kazoo/tests/{module}.py", *rest]) + bracket + parameters


def read_list(path):
    """The lines that are not comments, split at the first ": " into name and reason."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    return dict((*line.split(": ", 1), "")[:2] for line in lines if line and not line.startswith("#"))


def regressions(directory, found):
    expected = read_list(directory / EXPECTED)
    return [name for name in expected if found.get(name) != "passed"]


def record(target, junit):
    found = outcomes(junit)
    passed = sorted(name for name, outcome in found.items() if outcome == "passed")
    target.write_text(HEADER + "\n".join(passed) + "\n")
    failed = sorted(name for name, outcome in found.items() if outcome == "failed")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(found) - len(passed) - len(failed)} skipped")
    print("\n".join(f"failed: {name}" for name in failed))
    return 0


def compare(directory, junit, rerun=None):
    found = outcomes(junit)
    accepted = read_list(directory / "accepted.txt")
    passed = sum(outcome == "passed" for outcome in found.values())
    print(f"{passed} of {len(found)} passed; {len(read_list(directory / EXPECTED))} pass on Apache")
    second = outcomes(rerun) if rerun else {}
    bad = 0
    for name in regressions(directory, found):
        if name in accepted:
            print(f"accepted: {name}: {accepted[name]}")
        elif second.get(name) == "passed":
            print(f"passed at the second try: {name}")
        else:
            print(f"REGRESSION: {name} ({found.get(name, 'did not run')})")
            bad += 1
    for name in accepted:
        if found.get(name) == "passed":
            print(f"no longer needed in accepted.txt: {name}")
    return 1 if bad else 0


def main():
    command, *arguments = sys.argv[1:]
    if command == "node-ids":
        sys.stdout.writelines(f"{node_id(name)}\n" for name in arguments)
        return 0
    place, *junits = map(Path, arguments)
    if command == "record":
        return record(place, junits[0])
    if command == "regressed":
        accepted = read_list(place / "accepted.txt")
        names = [name for name in regressions(place, outcomes(junits[0])) if name not in accepted]
        sys.stdout.writelines(f"{node_id(name)}\n" for name in names)
        return 0
    if command == "compare":
        return compare(place, *junits)
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
