"""What ChatDesk talks about: values and pure functions. Standard library only; no threads, files, clocks or Qt."""
