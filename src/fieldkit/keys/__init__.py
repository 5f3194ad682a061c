"""Keys and what they protect: sealing to a public key, signatures, and the keys of a home.

PyNaCl is imported by the functions that need it: a start without an encrypted home never loads it.
"""
