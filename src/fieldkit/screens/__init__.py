"""What people see.

From the bottom up: ``widgets``; ``base``, the application and the page; ``lookup``, finding and
naming records; one package of pages for each task; ``navigation``, which opens them all.
"""
