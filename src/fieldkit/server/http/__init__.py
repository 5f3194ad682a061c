"""The HTTP side: routes, middleware, bodies, problem responses and metrics."""
