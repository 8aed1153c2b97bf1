"""What a team does the day after: it writes post-mortems, and a platform lists its services."""
