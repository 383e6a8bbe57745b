"""ChatDesk: talk with a language model on your own laptop."""

__version__ = "0.5.0"
