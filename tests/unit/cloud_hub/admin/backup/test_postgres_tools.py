"""PostgreSQL's own programs."""

import pytest
import sqlalchemy as sa

from cloud_hub.admin.backup.postgres_tools import run_tool, tool
from cloud_hub.core.errors import UnusableData


def test_a_version_that_nobody_has_is_told_with_what_to_install():
    with pytest.raises(UnusableData, match="postgresql-client-999"):
        tool("pg_dump", 999)


def test_what_a_program_complains_is_one_line_without_the_password(tmp_path):
    program = tmp_path / "pg_dump"
    program.write_text(
        '#!/bin/sh\necho "$PGPASSWORD" > "$0.env"\necho "  no such thing" >&2\nexit 1\n'
    )
    program.chmod(0o755)
    with pytest.raises(UnusableData, match=r"^no such thing$"):
        run_tool([str(program)], sa.make_url("postgresql+psycopg://me:secret@127.0.0.1/hub"))
    assert (tmp_path / "pg_dump.env").read_text() == "secret\n"
