"""The HTTP side: who is asking, what every answer carries, how the server listens and shows itself."""
