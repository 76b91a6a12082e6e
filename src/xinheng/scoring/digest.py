"""A digest over the values of a table, whatever file, batch size or compression holds them.

Each column is hashed in streams of its own (presence where it may be null, values or lengths, contents), so that
the same rows in the same order give the same digest for ever.
"""

import hashlib
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


class TableDigest:
    """Feed it record batches in order; all must have the schema given at the start."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._streams = [(hashlib.sha256(), hashlib.sha256(), hashlib.sha256()) for _ in schema]
        self.rows = 0

    def update(self, batch: pa.RecordBatch) -> None:
        if batch.schema != self._schema:
            raise ValueError("the batch has another schema")
        self.rows += batch.num_rows
        for field, column, streams in zip(self._schema, batch.columns, self._streams, strict=True):
            if column.null_count and not field.nullable:
                raise ValueError(f"column {field.name} must not be null")
            if field.nullable:
                streams[0].update(_fixed(pc.cast(pc.is_valid(column), pa.uint8())))
            _feed(column, *streams[1:])

    def value(self) -> str:
        """``sha256:…`` over names, types and streams."""
        whole = hashlib.sha256(f"table:1:{self.rows}".encode())
        for field, streams in zip(self._schema, self._streams, strict=True):
            whole.update(f"\n{field.name}:{field.type}:".encode())
            for stream in streams:
                whole.update(stream.digest())
        return f"sha256:{whole.hexdigest()}"


def _feed(column: Any, values: Any, contents: Any) -> None:
    kind = column.type
    if pa.types.is_string(kind):
        filled = pc.fill_null(column, "")
        values.update(_fixed(pc.binary_length(filled)))
        contents.update(_bytes(filled))
    elif pa.types.is_list(kind):
        values.update(_fixed(pc.fill_null(pc.list_value_length(column), 0)))
        contents.update(_fixed(column.flatten()))
    else:
        zero = pa.scalar(0, pa.int32()).cast(kind) if pa.types.is_date(kind) else pa.scalar(0, kind)
        values.update(_fixed(pc.fill_null(column, zero) if column.null_count else column))


def _fixed(array: Any) -> memoryview:
    width = array.type.bit_width // 8
    buffer = array.buffers()[1]
    if buffer is None:
        return memoryview(b"")
    return memoryview(buffer)[array.offset * width : (array.offset + len(array)) * width]


def _bytes(array: Any) -> memoryview:
    """The text of a non-null string array; its offsets are 32-bit."""
    if not len(array):
        return memoryview(b"")
    offsets = memoryview(array.buffers()[1]).cast("i")
    first, last = offsets[array.offset], offsets[array.offset + len(array)]
    buffer = array.buffers()[2]
    return memoryview(b"") if buffer is None else memoryview(buffer)[first:last]
