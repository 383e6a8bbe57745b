"""GGUF files: those on this disk, and later those on the Hub."""
