"""Drawn pictures of drink containers and clutter, for demonstrations and tests: the same arguments give the same bytes.

    clutter, containers ─(solids, prints, light)─▶ layers ─┐
    grounds ───────────────────────────────────────────────┴▶ scene ─▶ camera ─▶ JPEG
"""

from edge.scenes.scene import CLASSES, draw

__all__ = ["CLASSES", "draw"]
