"""The settings of the embedded PostgreSQL: one laptop or small server with two cores.

They are written anew at every start, after PostgreSQL's own file; `ALTER SYSTEM` still beats them.
"""

import os
from collections.abc import Mapping
from pathlib import Path

INCLUDE_LINE = "include_if_exists = 'xinheng.conf'\n"

STEADY: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "synchronous_commit": "on",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m [%p] ",
    "lc_messages": "C",
}

UNSAFE_BUT_FAST: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "5min",
}
"""For tests only: a crash of the machine loses the database."""

SMALL_SHARED_MEMORY = 1 << 30


def settings_text(*, socket_dir: Path, port: int, fast: bool) -> str:
    """The contents of `xinheng.conf`."""
    values = dict(STEADY) | {"unix_socket_directories": f'"{socket_dir}"', "port": str(port)}
    if _shared_memory_is_small():
        values["dynamic_shared_memory_type"] = "sysv"
    if fast:
        values |= UNSAFE_BUT_FAST
    return "".join(f"{key} = '{value.replace(chr(39), chr(39) * 2)}'\n" for key, value in values.items())


def _shared_memory_is_small() -> bool:
    """Containers often give /dev/shm 64 MB, which parallel queries exceed."""
    try:
        facts = os.statvfs("/dev/shm")
    except OSError:
        return False
    return facts.f_blocks * facts.f_frsize < SMALL_SHARED_MEMORY
