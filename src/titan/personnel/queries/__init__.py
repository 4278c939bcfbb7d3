"""What is known of the workforce, one module per noun; lists of workers, with verdicts, are compliance's."""
