"""The model of any repository: what it holds, and which of its files say so."""
