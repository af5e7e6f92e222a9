#!/bin/sh
# Runs every zkCli command of script.txt against a fresh standalone server and writes what it printed,
# normalised, to OUT.
#
#   run.sh HOST:PORT OUT
#
# Needs Java and Debian's zookeeper package (or ZOOKEEPER_CLASSPATH). The server must be empty and started
# with extendedTypesEnabled, reconfigEnabled and the superDigest of super:test (see start-apache.py).
set -eu
[ $# -eq 2 ] || { echo "usage: run.sh HOST:PORT OUT" >&2; exit 2; }
here=$(dirname "$0")
raw=$(mktemp)
trap 'rm -f "$raw"' EXIT
python3 "$here/drive.py" "$here/script.txt" "$1" > "$raw"
python3 "$here/normalise.py" < "$raw" > "$2"
