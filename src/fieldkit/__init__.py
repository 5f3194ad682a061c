"""fieldkit: offline field records for PM Vishwakarma and JKRLM/UMEED block offices."""

__version__ = "0.1.0"
