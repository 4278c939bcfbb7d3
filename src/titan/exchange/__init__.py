"""What comes in and goes out: site folders, spreadsheets, lists as files, calendars. Open imports and calendars have tables."""
