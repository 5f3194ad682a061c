"""What all screens share: the application base, the page, navigation, the sync scheduler."""
