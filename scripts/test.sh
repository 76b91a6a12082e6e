#!/bin/sh
# Runs every check and then every test; arguments go to pytest. The last line is pytest's summary.
# The database of the tests is a folder of its own and is stopped at the end.
set -u
cd "$(dirname "$0")/.."

XINHENG_HOME=${XINHENG_TEST_HOME:-$(pwd)/.data/test}
export XINHENG_HOME PYTHONHASHSEED=0
unset XINHENG_DATABASE_URL
: "${XINHENG_CHROMIUM:=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
export XINHENG_CHROMIUM
bin=.venv/bin
failed=''

stop() { $bin/python -m xinheng.config.postgres stop --home "$XINHENG_HOME" >/dev/null 2>&1; }
trap stop EXIT
trap 'exit 130' INT TERM

step() {
    name=$1
    shift
    printf '== %s\n' "$name"
    "$@" || failed="$failed $name"
}

said() {
    cat "$types/said"
    return "$(cat "$types/status")"
}

# The types keep one core for a minute. Beside them runs whatever else needs no test, and what each process of the tests
# would otherwise do for itself at its start: rewrite the modules of the tests, migrate the database that all copy.
if [ "${CHECKS:-all}" != none ]; then
    types=$(mktemp -d)
    trap 'rm -rf "$types"; stop' EXIT
    {
        $bin/mypy >"$types/said" 2>&1
        echo $? >"$types/status"
    } &
    step 格式 $bin/ruff format --quiet --check --diff src tests bench
    step 规范 $bin/ruff check --quiet src tests bench
    step 架构 $bin/lint-imports --no-logo
    step 法规文件 $bin/xinheng policy check
    if [ $# = 0 ]; then
        $bin/pytest -n0 --collect-only >/dev/null 2>&1
        $bin/python -m tests.databases >/dev/null 2>&1
    fi
    wait
    step 类型 said
fi
[ -z "$failed" ] || printf '未通过的检查：%s\n' "$failed"

printf '== 测试\n'
$bin/pytest -n "${PROCESSES:-3}" "$@"
status=$?
if [ -n "$failed" ] && [ "$status" = 0 ]; then
    printf '测试通过，但有检查未通过：%s\n' "$failed" >&2
    status=1
fi
exit "$status"
