"""Reviewing in the window: labelled, doubtful and discarded pictures, in the sort station and with its keys."""
