#!/bin/sh
# without-internet.sh BUNDLE.tar: tries a bundle in a network namespace that holds nothing but loopback. Unpacks and installs
# it, prepares the demonstration city, serves it, reads pages, takes a signed report and verifies it. Leaves nothing behind.
set -eu
if [ "${1:-}" != --inside ]; then
    tar=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
    if [ "$(id -u)" = 0 ]; then
        exec unshare --net sh "$0" --inside "$tar"
    fi
    exec unshare --user --map-current-user --keep-caps --net sh "$0" --inside "$tar"
fi
bundle=$2
ip link set lo up
devices=$(sed -n 's/^ *\([^ :]*\):.*/\1/p' /proc/self/net/dev | tr '\n' ' ')
[ "$devices" = 'lo ' ] || { echo "这里还有别的网络接口：$devices" >&2; exit 1; }

work=$(mktemp -d /var/tmp/xinheng-offline-XXXXXX)
server=''
leave() {
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    [ ! -x "$work/xinheng/venv/bin/python" ] || "$work/xinheng/venv/bin/python" -m xinheng.config.postgres erase >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM
chmod 755 "$work"
for name in $(env | sed -n 's/^\(XINHENG_[A-Z_]*\|PYTHON[A-Z]*\|PIP_[A-Z_]*\|DJANGO_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export XINHENG_HOME="$work/home" XINHENG_DEMO=1 XINHENG_POLICY="$work/xinheng/policy" XINHENG_POSTGRES_BIN=wheel
port=8077

began=$(date +%s)
echo '没有网络：只有 lo。'
(cd / && tar -C "$work" -xf "$bundle")
sh "$work"/xinheng-*/install.sh "$work/xinheng"
cd /
"$work/xinheng/xinheng" demo >"$work/demo.txt" 2>&1 || { tail -n 20 "$work/demo.txt" >&2; exit 1; }
sed -n 's/^  //p' "$work/demo.txt" | head -n 6
"$work/xinheng/xinheng" serve --port "$port" >"$work/serve.txt" 2>&1 &
server=$!
"$work/xinheng/venv/bin/python" - "http://127.0.0.1:$port" "$work" <<'END'
import re, sys, time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

site, work = sys.argv[1], Path(sys.argv[2])
ask = build_opener(HTTPCookieProcessor(CookieJar()))


def read(path, fields=None):
    with ask.open(site + path, urlencode(fields).encode() if fields else None, timeout=60) as answer:
        return answer.geturl(), answer.read()


for _ in range(300):
    try:
        read("/health")
        break
    except OSError:
        time.sleep(0.2)
front = read("/")[1].decode()
assert "<h1>" in front
assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', front)
sizes = [len(read(path)[1]) for path in assets]
print(f"首页 {len(front.encode())} 字节，{len(assets)} 个页面文件 {sum(sizes)} 字节。")
for subject in dict.fromkeys(re.findall(r'href="(/subject/[a-z2-7]{16})"', read("/acts?kind=penalty")[1].decode())):
    found = re.search(r'href="(/report/of/[^"]+)"', read(subject)[1].decode())
    if found is None:
        continue
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', read(found[1])[1].decode())[1]
    where, _ = read(found[1], {"csrfmiddlewaretoken": token, "purpose": "partner"})
    paper = read(where.removeprefix(site) + "/pdf")[1]
    assert paper.startswith(b"%PDF-"), where
    (work / "report.pdf").write_bytes(paper)
    (work / "certificates.pem").write_bytes(read("/verify/certificates.pem")[1])
    print(f"信用报告 {len(paper)} 字节。")
    break
else:
    raise SystemExit("没有企业可以取得信用报告。")
END
"$work/xinheng/xinheng" report verify "$work/report.pdf" --certificates "$work/certificates.pem"
echo "没有互联网也能安装、演示、服务和签发（$(($(date +%s) - began)) 秒）。"
