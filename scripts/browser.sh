#!/bin/sh
# Looks for what the end-to-end tests need: a Chromium, a Chinese font, a library of Playwright's driver.
# Installs them where it may and says plainly what is missing where it may not. Never fails: the other
# tests run without them.
set -u
cd "$(dirname "$0")/.."

browser() {
    for name in "${XINHENG_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
        if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

font() {
    [ "$(uname)" = Darwin ] && return 0
    if command -v fc-list >/dev/null 2>&1; then
        [ -n "$(fc-list :lang=zh-cn family 2>/dev/null | head -n 1)" ]
    else
        ls /usr/share/fonts/*/*/*CJK* /usr/share/fonts/*/*/wqy* >/dev/null 2>&1
    fi
}

driver() {
    [ ! -x .venv/bin/playwright ] || .venv/bin/playwright --version >/dev/null 2>&1
}

wanted=''
browser || wanted='chromium'
font || wanted="$wanted fonts-noto-cjk"
driver || wanted="$wanted libatomic1"
[ -n "$wanted" ] || exit 0

as_root=''
[ "$(id -u)" = 0 ] || as_root='sudo -n'
if command -v apt-get >/dev/null && { [ -z "$as_root" ] || sudo -n true 2>/dev/null; }; then
    printf '正在安装端到端测试所需的系统软件包：%s……\n' "$wanted"
    options='-y -q --no-install-recommends -o Acquire::Retries=2 -o Acquire::http::Timeout=30'
    # shellcheck disable=SC2086
    {
        $as_root apt-get update -q >/dev/null 2>&1
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install $options $wanted >/dev/null 2>&1
    } || true
fi

browser || printf '缺少 Chromium：端到端测试将跳过。请安装系统软件包 chromium（例如 sudo apt-get install chromium）。\n'
font || printf '缺少中文字体：截图中的汉字将显示为方框。请安装系统软件包 fonts-noto-cjk。\n'
driver || printf 'Playwright 的驱动程序不能运行：端到端测试将跳过。请安装系统软件包 libatomic1。\n'
exit 0
