"""What the cells of messy tables mean; pure, without a database."""
