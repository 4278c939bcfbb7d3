"""The only writers of the workforce, one module per noun."""
