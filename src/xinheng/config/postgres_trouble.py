"""What the embedded database says when it cannot do its work: one refusal a cause, with what to do next."""

from pathlib import Path

from xinheng.core.refusal import Refusal

NO_SPACE_WORDS = ("No space left on device", "could not extend file")


class DatabaseUnavailable(Refusal):
    """The embedded database cannot be started, stopped or reached."""


def no_binaries(*, looked_in: list[str], major: int | None) -> DatabaseUnavailable:
    wanted = f"PostgreSQL {major}" if major else "PostgreSQL 15–18"
    places = "、".join(looked_in) or "（无）"
    return DatabaseUnavailable(
        "DB01",
        f"没有找到可用的 {wanted} 服务器程序。已查找：{places}。",
        advice="运行 make venv 安装随附的数据库程序，或安装系统软件包 postgresql，或用 XINHENG_DATABASE_URL 指向已有的数据库。",
    )


def start_failed(*, log: Path, tail: str) -> DatabaseUnavailable:
    if any(words in tail for words in NO_SPACE_WORDS):
        return disk_full(folder=log.parent)
    return DatabaseUnavailable(
        "DB03",
        f"内嵌数据库未能启动。日志末尾：\n{tail or '（空）'}",
        advice=f"查看日志 {log}，排除原因后重试。",
    )


def initialise_failed(*, folder: Path, output: str) -> DatabaseUnavailable:
    if any(words in output for words in NO_SPACE_WORDS):
        return disk_full(folder=folder)
    return DatabaseUnavailable(
        "DB02",
        f"未能在 {folder} 建立数据库。initdb 的说明：\n{output}",
        advice="按说明排除原因后重试；没有写完的内容已经清除。",
    )


def disk_full(*, folder: Path) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "DB04",
        f"磁盘空间不足，数据库无法写入 {folder}。",
        advice="清理该分区，至少留出 500 MB，再重试；或用 XINHENG_HOME 指定另一分区上的文件夹。已保存的数据不受影响。",
    )


def lock_busy(*, lock: Path, seconds: int) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "DB05",
        f"另一个命令正在启动或停止数据库，已等待 {seconds} 秒。",
        advice=f"等它结束后重试；若没有这样的命令，检查谁占用着 {lock}。",
    )


def not_permitted(*, path: Path, account: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "DB06",
        f"用户 {account} 无权使用 {path}。",
        advice="用最初建立数据的用户运行，或用 XINHENG_HOME 指定自己的文件夹。",
    )


def no_account() -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "DB07",
        "当前用户是 root，而本机没有 postgres 或 nobody 用户，或不允许切换用户；PostgreSQL 不能以 root 身份运行。",
        advice="用普通用户运行，或用 XINHENG_DATABASE_URL 指向已有的数据库。",
    )


def no_place(*, tried: list[Path]) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "DB08",
        f"没有可放置数据库的文件夹。已尝试：{'、'.join(map(str, tried))}。",
        advice="用 XINHENG_HOME 指定一个本机磁盘上可写的文件夹。",
    )


def still_stopping(*, pid: int) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "DB09", f"数据库进程 {pid} 没有在规定时间内停止。", advice="稍候重试；数据不会丢失。"
    )
