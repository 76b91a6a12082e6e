"""What a command makes sure of before it touches the database."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import ready


def test_a_database_that_stopped_before_the_first_tables_were_one_file_is_refused(db: None) -> None:
    done = MigrationRecorder(connection).migration_qs.filter(app="store")
    done.filter(name__in=("0001_tables", "0570_article_files")).delete()
    with pytest.raises(Refusal) as refused:
        ready._migrate()
    assert refused.value.code == "DB10"
    assert "没有改动" in refused.value.message
    assert "0570_article_files.py" in refused.value.advice, "which version has to run first"
