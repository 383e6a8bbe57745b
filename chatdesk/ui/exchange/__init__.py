"""Conversations as files, as a person meets them: where to, what from, how far, and what came of it."""
