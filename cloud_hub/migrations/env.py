"""Runs the migrations on the connection that cloud_hub.core.storage.database hands over."""

from alembic import context

from cloud_hub.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=False,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
