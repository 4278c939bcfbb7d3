"""What comes in and goes out: site folders, spreadsheets, lists as files, calendars. Imports and calendars keep tables."""
