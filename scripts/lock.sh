#!/bin/sh
# Pins every package with its hashes for Python 3.11–3.13. Versions already locked stay unless
# `make lock UPGRADE=1` asks for newer ones. No index, host or path of this machine is written.
set -eu
cd "$(dirname "$0")/.."

lock() {
    out=requirements/$1
    shift
    .venv/bin/uv pip compile "$@" \
        --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
        ${UPGRADE:+--upgrade} --quiet --output-file "$out"
}

compile() {
    out=$1
    shift
    lock "$out" pyproject.toml requirements/build.in "$@"
}

compile test.txt --extra embedded --extra dev
compile embedded.txt --extra embedded --constraint requirements/test.txt
compile base.txt --constraint requirements/test.txt
compile spark.txt --extra spark --constraint requirements/test.txt
lock client.txt requirements/client.in
