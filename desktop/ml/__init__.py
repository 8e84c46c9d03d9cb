"""Training and scoring on this computer's processor.

    weights → conversion → backbone ──┐
    pictures ──▶ features (kept by digest) ──▶ head (cross-validated softmax regression) ──▶ bundle ──▶ export
                          └────────────────────────────────────────────────────────────────▶ scorer

:mod:`desktop.ml.train` is the child process, :mod:`desktop.ml.learning` what it does; ``desktop.local.trainer`` starts and
follows it.
"""
