"""The only writers of feeds and events."""
