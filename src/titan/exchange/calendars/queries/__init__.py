"""What feeds there are, and what they say."""
