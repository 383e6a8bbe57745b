"""The window. PySide6 is imported nowhere else."""
