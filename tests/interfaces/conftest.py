"""What the tests of interfaces share: one moment for every request, and the files that people send."""

from pathlib import Path

import pytest
from tests.people import NOW


@pytest.fixture
def office_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request comes at the moment of the tests."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def uploads(home: Path, settings: object) -> Path:
    """Where uploads of this test alone arrive."""
    folder = home / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR = folder  # type: ignore[attr-defined]
    return folder
