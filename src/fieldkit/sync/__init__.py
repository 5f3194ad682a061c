"""Moving changes between laptop and server: messages, codec, and the laptop's side."""
