"""Makes what is sent to devices: feed positions, pages, history, receipts."""
