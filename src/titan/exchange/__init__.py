"""What comes in from outside and goes out: files, and calendars, which alone have tables of their own."""
