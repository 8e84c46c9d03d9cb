"""Drawn pictures of drink containers and clutter, for demonstrations and tests: the same arguments give the same bytes.

    mugs, containers, clutter, lookalikes ─(solids, prints, light)─▶ layers ─┐
    grounds ─────────────────────────────────────────────────────────────────┴▶ scene ─▶ camera ─▶ JPEG

Start with :mod:`edge.scenes.scene`.
"""

from edge.scenes.scene import CLASSES, draw

__all__ = ["CLASSES", "draw"]
