"""What comes in from files and goes out to them: reads with queries, writes with commands."""
