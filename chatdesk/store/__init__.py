"""What is on disk and ours. sqlite3 and JSON live only here."""
