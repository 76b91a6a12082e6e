"""How large a delivered file may be, and what reading it may cost, before it is refused as unreadable (E19)."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """``unpacked_ratio`` counts from 10 MiB on; times are seconds, memory is MiB. Odd spellings are read
    for ``block_rows`` rows at a time."""

    file_bytes: int = 4096 * MIB
    columns: int = 512
    cell_characters: int = 100_000
    head_rows: int = 80
    unpacked_bytes: int = 3072 * MIB
    unpacked_ratio: int = 200
    child_memory: int = 700
    child_seconds: int = 300
    engine_memory: int = 480
    threads: int = 2
    block_rows: int = 250_000
