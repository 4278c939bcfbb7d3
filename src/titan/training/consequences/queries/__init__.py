"""What rests on what was found false, and the cases about it."""
