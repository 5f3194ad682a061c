"""Acts on records that several pages offer: previewed, done and undone."""
