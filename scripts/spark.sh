#!/bin/sh
# Adds pyspark to .venv where Java 17 or newer is, so that the tests marked `spark` run. Says plainly why where it
# does not; that is no failure: every other engine gives the same results.
set -u
cd "$(dirname "$0")/.."

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
release=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
if [ "${release:-0}" -lt 17 ]; then
    echo '没有 Java 17 或以上版本，不安装 pyspark，Spark 测试将跳过。'
    exit 0
fi
.venv/bin/python -c 'import pyspark' 2>/dev/null && exit 0

echo '正在安装 pyspark（约 430 MB）……'
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0 PIP_ROOT_USER_ACTION=ignore
.venv/bin/python -m pip install -qq --only-binary :all: --no-binary pyspark --no-build-isolation \
    --require-hashes -r requirements/spark.txt || echo 'pyspark 未能安装（原因见上），Spark 测试将跳过。'
