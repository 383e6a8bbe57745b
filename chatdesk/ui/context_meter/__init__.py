"""What the model sees of a conversation, and what it does not: a meter, a map, and a word before something is lost."""
