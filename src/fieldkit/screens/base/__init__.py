"""What all pages share: the application base, the page, the navigator, the sync scheduler."""
