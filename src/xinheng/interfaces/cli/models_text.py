"""A report as a value, and the two forms in which it is written: Markdown, and one HTML page without outside parts."""

from collections.abc import Iterator
from html import escape

from xinheng.core.model_report import Bar, Cell, Document, Table

_STYLE = """
body{font-family:"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;line-height:1.6;color:#1c2733;
max-width:62rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0;width:100%}caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{border:1px solid #c5ced8;padding:.3rem .6rem;text-align:left;vertical-align:top}
th{background:#eef2f6}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{display:inline-block;height:.7rem;background:#1f5f99;min-width:1px}h1{font-size:1.5rem}h2{font-size:1.2rem}
@media print{body{margin:0}}
"""


def markdown(document: Document) -> str:
    return "\n".join(_markdown(document)) + "\n"


def _markdown(document: Document) -> Iterator[str]:
    yield f"# {document.title}"
    for sentence in document.lead:
        yield from ("", sentence)
    for section in document.sections:
        yield from ("", f"## {section.title}")
        for sentence in section.sentences:
            yield from ("", sentence)
        for table in section.tables:
            yield from ("", f"**{table.title}**", "") if table.title else ("",)
            yield _row(table.header)
            yield _row(tuple("---" for _ in table.header))
            yield from (_row(tuple(map(_said, row))) for row in table.rows)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "<br>") for cell in cells) + " |"


def _said(cell: Cell) -> str:
    if isinstance(cell, Bar):
        return cell.text
    return f"{cell:,}" if isinstance(cell, int) else cell


def html(document: Document) -> str:
    parts = [
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(document.title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(document.title)}</h1>",
        *(f"<p>{escape(sentence)}</p>" for sentence in document.lead),
    ]
    for section in document.sections:
        parts.append(f"<section><h2>{escape(section.title)}</h2>")
        parts += [f"<p>{escape(sentence)}</p>" for sentence in section.sentences]
        parts += [_html_table(table) for table in section.tables]
        parts.append("</section>")
    return "\n".join([*parts, "</main></body></html>", ""])


def _html_table(table: Table) -> str:
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in table.header)
    rows = "\n".join(f"<tr>{''.join(map(_html_cell, row))}</tr>" for row in table.rows)
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _html_cell(cell: Cell) -> str:
    if isinstance(cell, Bar):
        width = max(0.0, min(1.0, cell.share)) * 100
        bar = f'<span class="bar" style="width:{width * 0.6:.1f}%" aria-hidden="true"></span>'
        return f"<td>{bar} {escape(cell.text)}</td>"
    if isinstance(cell, int):
        return f'<td class="n">{cell:,}</td>'
    return f"<td>{escape(cell).replace(chr(10), '<br>')}</td>"
