"""What comes in and goes out: site folders, spreadsheets, lists as files, calendars; some of it keeps tables."""
