"""What Alembic executes to bring a store up to date: the connection is handed in, never looked up."""

from alembic import context

from hsched_adapters.store.schema import VERSION_TABLE, metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, version_table=VERSION_TABLE, render_as_batch=True)
context.run_migrations()
