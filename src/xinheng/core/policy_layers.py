"""Reads the files of one subject from nation to city and lays them over each other.

What is wrong is collected, not thrown at the first mistake: legal staff see every cause of every file at
once. Files are read again only when they have changed on disk.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from xinheng.core.os_errors import os_cause
from xinheng.core.overlays import Change, Place, basis_causes, change_causes, merge
from xinheng.core.parameters import (
    LayerLines,
    Level,
    Parameter,
    ParameterOverlay,
    Series,
    line_causes,
    overlay_causes,
)
from xinheng.core.policy_file import PolicyError, PolicyModel, parse, read_strict
from xinheng.core.sources import Source

P = TypeVar("P", bound=PolicyModel)
M = TypeVar("M", bound=BaseModel)


@lru_cache(maxsize=1024)
def _read(path: Path, modified_ns: int, size: int) -> Any:
    return read_strict(path)


def read_cached(path: Path) -> Any:
    """The content of ``path``; nobody may change it."""
    try:
        stat = path.stat()
    except OSError as error:
        raise PolicyError([f"{path}：无法读取（{os_cause(error)}）"]) from error
    return _read(path, stat.st_mtime_ns, stat.st_size)


@dataclass(slots=True)
class Report:
    """Collects causes; files are named from the policy folder on."""

    root: Path
    causes: list[str] = field(default_factory=list)

    def add(self, path: Path, key: str, cause: str) -> None:
        self.causes.append(f"{self.name(path)}：{key}：{cause}")

    def name(self, path: Path) -> str:
        return path.relative_to(self.root.parent).as_posix()

    def read(self, path: Path) -> dict[str, Any]:
        """The mapping in ``path``; an empty one after a mistake."""
        try:
            content = read_cached(path)
        except PolicyError as error:
            self.causes += [cause.replace(str(path), self.name(path)) for cause in error.causes]
            return {}
        if not isinstance(content, dict):
            self.add(path, "(文件)", "应为一组“键: 值”")
            return {}
        return content

    def parse(self, model: type[M], data: Any, path: Path) -> M | None:
        try:
            return parse(model, data, file=self.name(path))
        except PolicyError as error:
            self.causes += error.causes
            return None

    def raise_if_any(self) -> None:
        if self.causes:
            raise PolicyError(list(dict.fromkeys(self.causes)))


@dataclass(frozen=True, slots=True)
class Layer:
    """One folder of policy files and the place it speaks for."""

    folder: Path
    place: Place

    def file(self, subject: str) -> Path:
        return self.folder / f"{subject}.yml"


@dataclass(frozen=True, slots=True)
class Subject(Generic[P]):
    """One kind of policy file: its name, its schema, the levels that may have it and what overlays may not do."""

    name: str
    model: type[P]
    rule: Callable[[Change], list[str]] = lambda change: []
    first: Level = Level.NATION
    last: Level = Level.CITY
    optional: bool = False

    def at(self, level: Level) -> bool:
        order = list(Level)
        return order.index(self.first) <= order.index(level) <= order.index(self.last)


@dataclass(slots=True)
class Loader:
    """Loads subjects for one city; ``parameters`` grows with each."""

    report: Report
    layers: tuple[Layer, ...]
    sources: Mapping[str, Source]
    parameters: dict[str, Series] = field(default_factory=dict)

    def load(self, subject: Subject[P]) -> P | None:
        """The merged file of ``subject``; None after a mistake, which is in the report."""
        part: P | None = None
        sections: dict[str, Any] = {}
        for layer in self.layers:
            path = layer.file(subject.name)
            if not subject.at(layer.place.level):
                continue
            if not path.is_file():
                if layer.place.level is subject.first and not subject.optional:
                    self.report.add(path, "(文件)", "缺少这个文件")
                continue
            content = self.report.read(path)
            raw = {key: value for key, value in content.items() if key != "parameters"}
            self._parameters(subject.name, content.get("parameters", {}), path=path, layer=layer)
            lowest = layer.place.level is subject.first or part is None
            sections = raw if lowest else merge(sections, raw)
            after = self.report.parse(subject.model, sections, path)
            if after is None:
                return None
            self._check(subject, part if not lowest else None, after, raw, path=path, layer=layer)
            part = after
        return (
            part
            if part is not None
            else self.report.parse(subject.model, {}, self.layers[0].file(subject.name))
        )

    def _check(
        self,
        subject: Subject[P],
        before: P | None,
        after: P,
        raw: dict[str, Any],
        *,
        path: Path,
        layer: Layer,
    ) -> None:
        causes = basis_causes(after, sources=self.sources, area=layer.place.area)
        if before is not None:
            causes += change_causes(
                before, after, raw, rule=subject.rule, sources=self.sources, place=layer.place
            )
        for key, cause in causes:
            self.report.add(path, key, cause)

    def _parameters(self, subject: str, table: Any, *, path: Path, layer: Layer) -> None:
        if not isinstance(table, dict):
            self.report.add(path, "parameters", "应为一组“键: 值”")
            return
        for name, raw in table.items():
            key = f"{subject}.{name}"
            if layer.place.level is Level.NATION:
                self._define(key, raw, path=path, layer=layer)
            else:
                self._overlay(key, raw, path=path, layer=layer)

    def _define(self, key: str, raw: Any, *, path: Path, layer: Layer) -> None:
        definition = self._one(Parameter, key, raw, path)
        if definition is None:
            return
        self._lines(key, definition.values, path=path, layer=layer)
        lines = LayerLines(layer.place.level, definition.values, definition.checked_on)
        self.parameters[key] = Series(key, definition, (lines,), self._names())

    def _overlay(self, key: str, raw: Any, *, path: Path, layer: Layer) -> None:
        above = self.parameters.get(key)
        overlay = self._one(ParameterOverlay, key, raw, path)
        if above is None:
            self.report.add(path, f"parameters.{key}", "国家层没有这个参数，下级不能新设")
        if above is None or overlay is None:
            return
        self._lines(key, overlay.values, path=path, layer=layer)
        for day, cause in overlay_causes(above, overlay, sources=self.sources):
            self.report.add(path, f"parameters.{key}.{day}", cause)
        lines = LayerLines(layer.place.level, overlay.values, overlay.checked_on)
        self.parameters[key] = Series(key, above.definition, (*above.layers, lines), above.names)

    def _lines(self, key: str, values: Mapping[Any, Any], *, path: Path, layer: Layer) -> None:
        for day, cause in line_causes(values, sources=self.sources, area=layer.place.area):
            self.report.add(path, f"parameters.{key}.{day}", cause)

    def _one(self, model: type[M], key: str, raw: Any, path: Path) -> M | None:
        try:
            return parse(model, raw, file=f"{self.report.name(path)}：parameters.{key}")
        except PolicyError as error:
            self.report.causes += error.causes
            return None

    def _names(self) -> dict[str, str]:
        return {source_id: source.cite() for source_id, source in self.sources.items()}
