"""The devices of a supervisor's area, one-time codes, and changes that came too late."""
