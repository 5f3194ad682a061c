"""Finding people by what was typed: words, sounds, ranking. Needs no record and no SQLModel.

So Home can answer from the file by :mod:`fieldkit.search.glance` while the records still load.
"""
