"""Training and scoring on this computer's processor; runs in a child process.

    weights → conversion → backbone ──┐
    pictures ──▶ features (kept by digest) ──▶ head (cross-validated softmax regression) ──▶ bundle
                          └────────────────────────────────────────────────────────────────▶ scorer

:mod:`desktop.ml.train` is the child process; ``desktop.local.trainer`` starts and follows it.
"""
