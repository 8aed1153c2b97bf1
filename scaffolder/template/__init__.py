"""The template: its questions, answers, releases, and what it renders."""
