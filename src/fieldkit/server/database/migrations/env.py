"""Alembic's environment: run the scripts on the connection that the caller passes."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
