"""The HTTP side: routes, bodies, problem responses, logs and metrics."""
