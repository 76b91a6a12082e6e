#!/bin/sh
# sums.sh write|check FOLDER: the digests of every file of a bundle in SHA256SUMS, and whether the folder still is what they say.
# A changed, a missing and an added file are each named.
set -eu
deed=${1:-}
cd "${2:-.}"

fail() { printf '%s\n' "$*" >&2; exit 1; }
present() { find . -type f ! -path ./SHA256SUMS | LC_ALL=C sort; }

case $deed in
    write)
        find . -type f ! -path ./SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >SHA256SUMS
        ;;
    check)
        [ -s SHA256SUMS ] || fail '没有校验清单 SHA256SUMS，不能确认安装包完整。请重新拷贝安装包。'
        wrong=$(LC_ALL=C sha256sum --check --quiet --strict SHA256SUMS 2>/dev/null | sed 's/^/  /' || true)
        LC_ALL=C sha256sum --check --status --strict SHA256SUMS 2>/dev/null || fail "有文件缺失或者被改动：
${wrong:-  校验清单不能读取}
没有安装任何内容。请重新拷贝安装包。"
        listed=$(cut -c67- SHA256SUMS | LC_ALL=C sort)
        [ "$listed" = "$(present)" ] || fail "安装包里的文件与校验清单不一致，多出：
$(present | while read -r file; do printf '%s\n' "$listed" | grep -Fxq -- "$file" || printf '  %s\n' "$file"; done)
没有安装任何内容。请重新拷贝安装包。"
        ;;
    *) fail '用法：sums.sh write|check 文件夹' ;;
esac
