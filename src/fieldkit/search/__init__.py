"""Find records by typed text: words, sounds, ranking. Needs no records package and no SQLModel.

Home can therefore search with :mod:`fieldkit.search.glance` while the records still load.
"""
