"""GGUF models: those on this disk, those on the Hub, the way from there to here, and what they need."""
