"""The model of any repository: its content, and the files that declare it."""
