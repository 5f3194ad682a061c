"""The data file itself: connections, migrations, backup and restore."""
