#!/bin/sh
# client.sh [FOLDER [DOCUMENT]]: makes a typed Python client of the interface in FOLDER (out/xinheng-client), from DOCUMENT or else
# from what this release describes. client.sh --install: only makes .venv-client, which holds the generator with a lock of
# its own, and says why where it cannot; that is no failure.
set -eu
cd "$(dirname "$0")/.."
tools=.venv-client
lock=requirements/client.txt

digest() {
    { pwd; cat "$lock"; .venv/bin/python -VV; } | cksum
}

install() {
    [ "$(cat "$tools/installed" 2>/dev/null)" = "$(digest)" ] && return 0
    echo '正在安装客户端生成工具……'
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0 PIP_ROOT_USER_ACTION=ignore
    rm -rf "$tools"
    .venv/bin/python -m venv "$tools" || return 1
    "$tools/bin/python" -m pip install -qq --only-binary :all: --require-hashes -r "$lock" || return 1
    digest >"$tools/installed"
}

if [ "${1:-}" = --install ]; then
    install || echo '客户端生成工具未能安装（原因见上），生成客户端的测试将跳过。'
    exit 0
fi

folder=${1:-out/xinheng-client}
if [ -e "$folder" ] && [ ! -d "$folder/xinheng_client" ]; then
    echo "$folder 已经存在，而且不是以前生成的客户端。请换一个文件夹。" >&2
    exit 2
fi
install || { echo '客户端生成工具未能安装（原因见上）。' >&2; exit 1; }
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
document=${2:-}
if [ -z "$document" ]; then
    document=$made/openapi.json
    XINHENG_HOME=$made XINHENG_DATABASE_URL=postgresql://nobody@/nowhere \
        .venv/bin/python -m xinheng.interfaces.api >"$document"
fi
mkdir -p "$(dirname "$folder")"
PATH="$(pwd)/$tools/bin:$PATH" "$tools/bin/openapi-python-client" generate --path "$document" \
    --config scripts/client.yml --meta setup --output-path "$folder" --overwrite >"$made/said" 2>&1 \
    || { cat "$made/said" >&2; exit 1; }
echo "已生成：$folder"
