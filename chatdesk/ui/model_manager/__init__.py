"""The window "Models": discover them on the Hub, follow their downloads, look after what is installed."""
