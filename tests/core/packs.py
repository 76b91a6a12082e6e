"""The table of model packs in docs/models.md, made from the packs themselves.

Run ``python -m tests.core.packs`` after a pack changed.
"""

import re
from pathlib import Path

from xinheng.core.composition import parts_of
from xinheng.core.models import ScoringModel, read_model
from xinheng.core.policy_file import read_strict
from xinheng.core.sources import Citation

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "policy"
PACKS = sorted((POLICY / "models").glob("*/*.yml"))
DOCUMENT = ROOT / "docs" / "models.md"
BEGIN, END = "<!-- packs: made by python -m tests.core.packs -->\n", "<!-- end of packs -->\n"
STATES = {"完整版": "complete", "首版": "first version"}
HEAD = "| pack | for | kind, use | owner | every | figures from | clauses compared | state |\n|---|---|---|---|---|---|---|---|\n"


def citations(model: ScoringModel) -> tuple[Citation, ...]:
    """Every ground that a pack names, the figures' own included."""
    grounds = [citation for _, part in parts_of(model) for citation in part.basis]
    return (model.figures, *model.basis, *grounds)


def state_of(model: ScoringModel) -> str:
    """How far a pack is, by the word with which its note begins."""
    return next(english for chinese, english in STATES.items() if model.note.startswith(chinese))


def waits_for(model: ScoringModel) -> str:
    """What the note lists as 待数据."""
    found = re.search(r"待数据：([^。]+)", model.note)
    return found.group(1) if found else ""


def table() -> str:
    """The table, then what the packs wait for."""
    models = [read_model(path) for path in PACKS]
    waiting = [f"- `{model.id}`：{waits_for(model)}\n" for model in models if waits_for(model)]
    return (
        HEAD
        + "".join(_row(model) for model in models)
        + "\n待数据 (no feed gives it yet):\n\n"
        + "".join(waiting)
    )


def _row(model: ScoringModel) -> str:
    sectors = read_strict(POLICY / "national" / "sectors.yml")["sectors"]
    named = citations(model)
    compared = sum(citation.verified for citation in named)
    cells = (
        f"`{model.id}` {model.version}",
        model.title,
        f"{model.kind}, {model.use}",
        sectors[model.owner]["title"],
        f"{model.cycle_months} months" if model.cycle_months else "city rule",
        f"`{model.figures.source}`",
        f"{compared} of {len(named)}",
        state_of(model),
    )
    return f"| {' | '.join(cells)} |\n"


def written() -> str:
    """The part of the document that stands between the marks."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text.partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    whole = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(whole.replace(written(), table()), encoding="utf-8")
