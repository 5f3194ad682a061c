"""What a supervisor's laptop may ask and do about the devices of its area."""
