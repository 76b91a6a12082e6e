"""Runs alone in a child process: looks into one PDF or image, or draws one page of an image anew, under hard limits.

Usage: ``python attachment_child.py pdf FILE MEMORY_MIB SECONDS`` · ``… image FILE MEMORY_MIB SECONDS FORMAT PIXELS`` ·
``… draw FILE MEMORY_MIB SECONDS FORMAT PIXELS PAGE LONGEST OUT`` · ``… pictures - MEMORY_MIB SECONDS PIXELS (FORMAT FILE)…``.
Imports nothing of the package. Prints one JSON line: ``pages`` (and ``width``, ``height``), or ``found``: what is active in
the file; for pictures the pages of each, 0 where it wants a look of its own. Exit 3: not readable, 4: over the limits.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ACTIVE_KEYS = {
    "/JS": "script",
    "/JavaScript": "script",
    "/XFA": "script",
    "/EmbeddedFiles": "embedded",
    "/EF": "embedded",
    "/RichMediaContent": "embedded",
}
ACTIVE_VALUES = {
    "/JavaScript": "script",
    "/Launch": "launch",
    "/SubmitForm": "launch",
    "/ImportData": "launch",
    "/GoToR": "launch",
    "/GoToE": "embedded",
    "/Rendition": "embedded",
    "/Movie": "embedded",
    "/Sound": "embedded",
    "/Screen": "embedded",
    "/3D": "embedded",
    "/RichMedia": "embedded",
    "/RichMediaExecute": "script",
    "/FileAttachment": "embedded",
    "/EmbeddedFile": "embedded",
}
_TYPES = {"/S", "/Subtype", "/Type"}
_DEPTH = 60
_PAGES = 2_000


def limit(memory_mib: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:
        return
    size = memory_mib * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _objects(reader: Any) -> Iterator[Any]:
    """Every object that any cross-reference names, reached from the first page or not."""
    from pypdf.generic import IndirectObject

    named = {(number, version) for version, places in reader.xref.items() for number in places}
    named |= {(number, 0) for number in reader.xref_objStm}
    yield reader.trailer
    for number, version in sorted(named):
        if number:
            yield IndirectObject(number, version, reader).get_object()


def _active(thing: Any, depth: int = 0) -> str:
    """What is active in one object; references are not followed, every object is looked at by itself."""
    from pypdf.generic import ArrayObject, DictionaryObject

    if depth > _DEPTH:
        raise ValueError("nested too deep")
    if isinstance(thing, DictionaryObject):
        for key in thing:
            value = thing.raw_get(key)
            found = ACTIVE_KEYS.get(str(key), "")
            if not found and key in _TYPES:
                found = ACTIVE_VALUES.get(str(value), "")
            if found or (found := _active(value, depth + 1)):
                return found
    elif isinstance(thing, ArrayObject):
        for one in thing:
            if found := _active(one, depth + 1):
                return found
    return ""


def look_into_pdf(path: Path) -> dict[str, object]:
    from pypdf import PdfReader

    reader = PdfReader(str(path), strict=False)
    if reader.is_encrypted:
        return {"found": "locked"}
    for thing in _objects(reader):
        if found := _active(thing):
            return {"found": found}
    pages = len(reader.pages)
    if not pages:
        raise ValueError("no page")
    return {"pages": pages}


def _opened(path: Path, form: str, pixels: int) -> Any:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = pixels
    return Image.open(path, formats=[form])


def _fits(image: Any, pixels: int) -> bool:
    return bool(image.width * image.height <= pixels)


def look_into_image(path: Path, form: str, pixels: int) -> dict[str, object]:
    """Every page is measured before it is decoded, and decoded before the file is taken."""
    image = _opened(path, form, pixels)
    pages, width, height = getattr(image, "n_frames", 1), image.width, image.height
    if pages > _PAGES:
        return {"found": "large"}
    for number in range(pages if form == "TIFF" else 1):
        image.seek(number)
        if not _fits(image, pixels):
            return {"found": "large"}
        image.load()
    return {"pages": pages if form == "TIFF" else 1, "width": width, "height": height}


def draw(path: Path, form: str, pixels: int, page: int, longest: int, out: Path) -> dict[str, object]:
    """One page as a new JPEG: nothing of the file enters it but the picture."""
    from PIL import ImageOps

    image = _opened(path, form, pixels)
    image.seek(page)
    if not _fits(image, pixels):
        return {"found": "large"}
    if form == "JPEG":
        image.draft("RGB", (longest, longest))
    picture = ImageOps.exif_transpose(image).convert("RGB")
    picture.thumbnail((longest, longest))
    picture.info = {}
    picture.save(out, format="JPEG", quality=82)
    return {"pages": 1, "width": picture.width, "height": picture.height}


def look_into_pictures(pixels: int, pairs: list[str]) -> dict[str, object]:
    """Pages of each; 0 for one that is too large or cannot be read."""
    told = []
    for form, path in zip(pairs[::2], pairs[1::2], strict=True):
        try:
            told.append(look_into_image(Path(path), form, pixels).get("pages", 0))
        except Exception:
            told.append(0)
    return {"pictures": told}


def _done(arguments: list[str]) -> dict[str, object]:
    path = Path(arguments[1])
    if arguments[0] == "pdf":
        return look_into_pdf(path)
    if arguments[0] == "pictures":
        return look_into_pictures(int(arguments[4]), arguments[5:])
    form, pixels = arguments[4], int(arguments[5])
    if arguments[0] == "image":
        return look_into_image(path, form, pixels)
    return draw(path, form, pixels, int(arguments[6]), int(arguments[7]), Path(arguments[8]))


def main(arguments: list[str]) -> int:
    limit(int(arguments[2]), int(arguments[3]))
    try:
        told = _done(arguments)
    except MemoryError:
        return 4
    except Exception as error:
        sys.stderr.write(type(error).__name__)
        return 4 if "Bomb" in type(error).__name__ or "Limit" in type(error).__name__ else 3
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
