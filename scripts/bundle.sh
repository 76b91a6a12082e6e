#!/bin/sh
# Makes out/xinheng-<version>-<platform>.tar: everything that a server without internet needs to install Xinheng. For this
# platform and this Python; the wheels are those of the lock, with their hashes.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { printf '%s\n' "$*"; }

platform=$("$python" -c 'import sys, sysconfig; print("cp%d%d-%s" % (*sys.version_info[:2], sysconfig.get_platform()))')
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
name=xinheng-$version-$platform
mkdir -p out
draft=$(mktemp -d out/.bundle-XXXXXX)
trap 'rm -rf "$draft"' EXIT
made=$draft/$name
mkdir -p "$made/wheels"

say '正在取得锁定的依赖……'
"$python" -m pip download -qq --only-binary :all: --no-deps --require-hashes -r requirements/embedded.txt -d "$made/wheels"

say '正在制作本项目的安装包……'
mkdir "$draft/source"
cp -R pyproject.toml README.md LICENSE src "$draft/source"
rm -rf "$draft"/source/src/*.egg-info
"$python" -m pip wheel -qq --no-deps --no-build-isolation --no-index -w "$made/wheels" "$draft/source"

cp requirements/embedded.txt "$made/requirements.txt"
cp -R policy docs LICENSE CHANGELOG.md README.md README.zh-CN.md "$made"
cp scripts/bundle/install.sh scripts/bundle/sums.sh "$made"
cp scripts/bundle/INSTALL.md scripts/bundle/安装说明.md "$made"
say "$platform" >"$made/platform"
say "$version" >"$made/version"
find "$made" -name __pycache__ -prune -exec rm -rf {} +
sh scripts/bundle/sums.sh write "$made"

tar -C "$draft" --sort=name --owner=0 --group=0 --numeric-owner -cf "$draft/$name.tar" "$name"
mv -f "$draft/$name.tar" "out/$name.tar"
(cd out && sha256sum "$name.tar" >"$name.tar.sha256")
say "离线安装包：out/$name.tar（$(du -h "out/$name.tar" | cut -f1)）"
say "摘要：$(cut -d' ' -f1 "out/$name.tar.sha256")"
say '把安装包拷到服务器，把摘要另行告知安装的人。安装见包内“安装说明.md”。'
