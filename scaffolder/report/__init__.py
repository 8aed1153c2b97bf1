"""What a run found, written for a person (`text`) or a program (`json`): each format is a function of a report."""
