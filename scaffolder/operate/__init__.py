"""The work of a team the day after: it writes post-mortems, and a platform lists its services."""
