"""How the values of fields are typed, stored and shown: one class per format, pure."""
