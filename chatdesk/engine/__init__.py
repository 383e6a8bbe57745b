"""Inference. `llama_cpp` is imported nowhere else, and here only when a model is about to be loaded."""
