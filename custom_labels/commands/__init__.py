"""The commands of `custom-labels`: what is asked, what is shown."""
