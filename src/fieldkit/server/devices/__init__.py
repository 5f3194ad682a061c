"""Who may talk to the server, and what each device may see and write."""
