"""The command that demonstrates the main job."""
