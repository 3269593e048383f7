"""Real programs to test with: each starts on loopback, in a folder of its own, and ends by its own process id."""
