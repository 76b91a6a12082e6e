#!/bin/sh
# install.sh [FOLDER]: installs the bundle beside this script into FOLDER (/opt/xinheng), without any network. The data of a
# city lie elsewhere (XINHENG_HOME) and are not touched; installing again replaces programs, policy and documents.
set -eu
target=${1:-/opt/xinheng}
case $target in
    /*) ;;
    *) target=$(pwd)/$target ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

say '正在核对安装包……'
sh sums.sh check "$here"
wanted=$(cat platform)

ask='import sys, sysconfig; print("cp%d%d-%s" % (*sys.version_info[:2], sysconfig.get_platform()))'
python=''
for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if [ "$("$name" -c "$ask" 2>/dev/null)" = "$wanted" ]; then
        python=$(command -v "$name")
        break
    fi
done
[ -n "$python" ] || fail "没有找到与安装包相符的 Python（$wanted）。请安装它，用 PYTHON=/路径/python3 指定，或者在同样的机器上重新制作安装包。"
"$python" -c 'import ensurepip' 2>/dev/null || fail '这个 Python 缺少 ensurepip。请先从系统的软件源安装 python3-venv。'
[ ! -e "$target" ] || [ -f "$target/installed" ] || fail "$target 已经存在，而且不是信衡的安装。请换一个文件夹。"

mkdir -p "$target"
say "正在安装到 $target……"
rm -rf "$target/venv" "$target/policy" "$target/docs" "$target/installed"
touch "$target/installed"
"$python" -m venv "$target/venv"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_CONFIG_FILE=/dev/null PIP_ROOT_USER_ACTION=ignore
export PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels
"$target/venv/bin/python" -m pip install -qq --only-binary :all: --require-hashes -r requirements.txt
"$target/venv/bin/python" -m pip install -qq --no-deps wheels/xinheng-*.whl
cp -R policy docs "$target"
cat >"$target/xinheng" <<END
#!/bin/sh
# 信衡的命令。政策文件可以用 XINHENG_POLICY 另行指定。
: "\${XINHENG_POLICY:=$target/policy}"
export XINHENG_POLICY
exec "$target/venv/bin/xinheng" "\$@"
END
chmod 755 "$target/xinheng"
"$target/xinheng" policy check >/dev/null || fail '程序已安装，但政策文件没有通过检查（原因见上）。'
cat version >"$target/installed"
say "已安装信衡 $(cat version)。运行：$target/xinheng --help"
