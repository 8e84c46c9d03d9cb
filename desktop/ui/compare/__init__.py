"""The compare station: a candidate held against what runs, and what follows from it."""
