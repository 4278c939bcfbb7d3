"""What is known of trainers and venues."""
