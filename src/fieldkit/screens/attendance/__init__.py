"""Who came: rolls, the days of trainings and programmes, and hand-overs at camps."""
