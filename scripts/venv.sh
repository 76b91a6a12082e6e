#!/bin/sh
# Makes .venv and installs one locked set: base, embedded (with the database programs) or test.
# A second call with nothing changed returns at once.
set -eu
cd "$(dirname "$0")/.."
set_name=${1:-embedded}
lock=requirements/$set_name.txt

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if suits "$name"; then command -v "$name"; return; fi
    done
    fail '没有找到 Python 3.11–3.13。请安装其中一个，或用 make PYTHON=/路径/python3.11 指定。'
}

install_ensurepip() {
    package="python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "正在安装系统软件包 $package……"
        export DEBIAN_FRONTEND=noninteractive
        apt-get install -y -q "$package" >/dev/null 2>&1 \
            || { apt-get update -q >/dev/null 2>&1 && apt-get install -y -q "$package" >/dev/null; } || true
    fi
    "$1" -c 'import ensurepip' 2>/dev/null \
        || fail "这个 Python 缺少 ensurepip，无法建立虚拟环境。请先运行：sudo apt-get install $package"
}

digest() {
    { pwd; cat "$lock" pyproject.toml; .venv/bin/python -VV; } | cksum
}

installed() {
    [ -x .venv/bin/xinheng ] && [ "$(cat ".venv/installed-$1" 2>/dev/null)" = "$(lock=requirements/$1.txt digest)" ]
}

[ -f "$lock" ] || fail "没有名为 $set_name 的依赖清单；可选 base、embedded、test。"

if command -v flock >/dev/null; then
    exec 9>.venv.lock
    flock 9
fi

# The larger sets contain the smaller ones.
case $set_name in
    base) larger='base embedded test' ;;
    embedded) larger='embedded test' ;;
    *) larger=$set_name ;;
esac
for name in $larger; do
    if installed "$name" 2>/dev/null; then exit 0; fi
done

if ! .venv/bin/python -c 'import pip' 2>/dev/null || [ "$(cat .venv/made-in 2>/dev/null)" != "$(pwd)" ]; then
    python=$(find_python)
    "$python" -c 'import ensurepip' 2>/dev/null || install_ensurepip "$python"
    say "正在建立虚拟环境（$("$python" -V)）……"
    rm -rf .venv
    "$python" -m venv .venv || fail "虚拟环境未能建立。请检查磁盘空间和 $(pwd) 的写权限。"
    pwd >.venv/made-in
fi

say '正在安装依赖（首次约一分钟）……'
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0 PIP_ROOT_USER_ACTION=ignore
.venv/bin/python -m pip install -qq --only-binary :all: --require-hashes -r "$lock" \
    || fail '依赖未能全部安装（原因见上）。请检查网络或 pip 的镜像设置后重试；已下载的部分不会丢失。'
.venv/bin/python -m pip install -qq --no-deps --no-build-isolation --editable . \
    || fail '依赖已安装，但本项目未能装入虚拟环境（原因见上）。'
digest >".venv/installed-$set_name"
say '依赖已就绪。'
