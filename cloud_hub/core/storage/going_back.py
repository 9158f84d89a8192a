"""The way back to the release before: the tables as that one knows them, every row of its kept."""

import logging

import sqlalchemy as sa
from alembic import command
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from cloud_hub.core.errors import InvalidSettings, UnusableData
from cloud_hub.core.storage.database import (
    migration_config,
    migration_scripts,
    open_database,
)

log = logging.getLogger(__name__)


def take_back(url: str | sa.URL, version: str) -> str:
    """Takes the tables back to an earlier version, in one transaction; the version that they had.
    What only later versions keep is gone. No hub may run meanwhile.

    Raises InvalidSettings for a version that is no earlier one, and UnusableData.
    """
    database = open_database(url)
    try:
        config, scripts = migration_config(), migration_scripts()
        with database.engine.execution_options(is_writer=True).begin() as connection:
            present = MigrationContext.configure(connection).get_current_revision() or ""
            earlier = [one.revision for one in scripts.iterate_revisions(present, "base")][1:]
            if version not in earlier:
                raise InvalidSettings(
                    f"--to {version} is no version before {present}, which this database has; say"
                    " the one that the earlier program names when it refuses the database"
                    f" (the one before is {earlier[0] if earlier else 'none'})"
                )
            config.attributes["connection"] = connection
            command.downgrade(config, version)
        log.info("database taken back", extra={"action": "taken-back", "to": version})
        return present
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise UnusableData(f"the database could not be taken back: {reason}") from error
    finally:
        database.close()
