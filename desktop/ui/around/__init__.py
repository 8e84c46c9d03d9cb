"""What stands around the stations: finding actions, keys, settings, diagnostics, and what is shown when something breaks."""
