"""The figures that reviews ask for: measures and reports, one module a domain."""
