"""What is known of imports: lists, one with its questions, its rows, its refused rows as a workbook, what undoing
does.
"""
