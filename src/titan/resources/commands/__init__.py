"""The only writers of trainers and venues."""
