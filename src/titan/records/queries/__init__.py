"""What was proved: records and competency records, a page at a time."""
