#!/bin/sh
# Compares what zkCli prints on two servers, or on one and on the Apache 3.8.0 of expected-apache.txt.
# Exits 0 where they agree; prints the difference and exits 1 where they do not.
#
#   compare.sh PORT_A PORT_B
#   compare.sh PORT
set -eu
[ $# -eq 1 ] || [ $# -eq 2 ] || { echo "usage: compare.sh PORT [PORT_B]" >&2; exit 2; }
here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$here/run.sh" "127.0.0.1:$1" "$scratch/a"
if [ $# -eq 2 ]; then
    "$here/run.sh" "127.0.0.1:$2" "$scratch/b"
    diff -u --label "port $1" --label "port $2" "$scratch/a" "$scratch/b"
else
    diff -u --label expected-apache.txt --label "port $1" "$here/expected-apache.txt" "$scratch/a"
fi
