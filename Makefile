# 信衡的日常命令。`make help` 列出全部目标。
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh

CITY ?= kaifeng
PORT ?= 8000
export XINHENG_CITY := $(CITY)
export PYTHON

BIN := .venv/bin
CODE := src tests bench

.PHONY: help venv run demo test test-separate check format lint types imports policy client bundle stop status clean erase lock

help: ## 列出目标
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

venv: ## 建立 .venv 并安装锁定的依赖
	@sh scripts/venv.sh embedded

run: venv ## 准备演示城市并在 http://127.0.0.1:8000 提供服务（CITY=城市代号 PORT=端口）
	@$(BIN)/xinheng demo --city $(CITY) --serve --port $(PORT)

demo: venv ## 准备演示城市、打印摘要后结束
	@$(BIN)/xinheng demo --city $(CITY)

test: ## 安装测试所需、运行全部检查与测试（ARGS=传给 pytest 的参数）
	@sh scripts/venv.sh test
	@sh scripts/browser.sh
	@sh scripts/client.sh --install
	@sh scripts/test.sh $(ARGS)

test-separate: ## 在另一台 PostgreSQL 上运行存储与服务的测试（XINHENG_TEST_DATABASE_URL）
	@sh scripts/venv.sh test
	@test -n "$$XINHENG_TEST_DATABASE_URL" || { echo '请用 XINHENG_TEST_DATABASE_URL 指定数据库。' >&2; exit 2; }
	@CHECKS=none sh scripts/test.sh tests/store tests/services

check: format test ## 整理格式，然后与 make test 相同

format: ## 整理代码格式
	@sh scripts/venv.sh test
	@$(BIN)/ruff format --quiet $(CODE)
	@$(BIN)/ruff check --quiet --fix-only $(CODE)

lint: ## 代码规范
	@sh scripts/venv.sh test
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)

types: ## 静态类型
	@sh scripts/venv.sh test
	@$(BIN)/mypy

imports: ## 架构：哪一层可以引用哪一层
	@sh scripts/venv.sh test
	@$(BIN)/lint-imports --no-logo

policy: venv ## 法规文件
	@$(BIN)/xinheng policy check

client: venv ## 由接口文档生成有类型的 Python 客户端 out/xinheng-client（FOLDER=文件夹）
	@sh scripts/client.sh $(FOLDER)

bundle: venv ## 制作离线安装包 out/xinheng-*.tar（给没有互联网的服务器）
	@sh scripts/bundle.sh

stop: ## 停止内嵌数据库
	@$(BIN)/python -m xinheng.config.postgres stop

status: ## 内嵌数据库的状态
	@$(BIN)/python -m xinheng.config.postgres status

clean: ## 停止数据库，删除虚拟环境和缓存；数据保留
	@for home in .data/*; do $(BIN)/python -m xinheng.config.postgres stop --home $$home >/dev/null 2>&1 || true; done
	@rm -rf .venv .venv.lock .venv-client .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

erase: ## 删除内嵌数据库及其全部数据（SURE=yes 确认）
	@test "$(SURE)" = yes || { echo '这将删除全部数据。确认请运行：make erase SURE=yes' >&2; exit 2; }
	@$(BIN)/python -m xinheng.config.postgres erase
	@$(BIN)/python -m xinheng.config.postgres erase --home .data/test

lock: ## 重新锁定依赖（UPGRADE=1 升级）
	@sh scripts/venv.sh test
	@UPGRADE=$(UPGRADE) sh scripts/lock.sh
