"""Runs the migrations on the connection that cloud_hub.core.storage.database hands over."""

from alembic import context

from cloud_hub.model import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
