"""The life of a Custom Labels model from the terminal: the command `custom-labels` and what it is made of."""
