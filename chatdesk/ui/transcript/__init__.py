"""The conversation as drawn."""
