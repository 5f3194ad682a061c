"""The language kinds are declared in: fields, records, rules and shared parts."""
