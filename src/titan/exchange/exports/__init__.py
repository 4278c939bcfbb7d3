"""Every list as a file: its columns are said once, and written as XLSX or as CSV, page by page (docs/exports.md)."""
