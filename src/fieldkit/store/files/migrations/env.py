"""Alembic's entry point: it runs on the connection that the store passes."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
