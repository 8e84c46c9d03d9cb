"""The application without screen or cloud.

bucket ──sync──▶ catalog ──▶ sorting ──▶ journal ──delivery──▶ bucket
│
└──▶ dataset ──▶ training ──▶ registry ──▶ gate ──▶ release ──▶ fleet
"""
