"""The model in use, on top of the conversation: switch it, watch it load, cancel, unload."""

from chatdesk.ui.model_picker.picker import ModelPicker

__all__ = ["ModelPicker"]
