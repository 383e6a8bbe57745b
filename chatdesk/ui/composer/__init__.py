"""Where messages are written, and what is kept of them until they are sent."""

from chatdesk.ui.composer.composer import Composer

__all__ = ["Composer"]
