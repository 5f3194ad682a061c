"""Running a server: as a service, as a local process, and its status."""
