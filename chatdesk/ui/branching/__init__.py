"""Versions and branches of a conversation: editing in place, writing again, the map of the tree, comparing."""
