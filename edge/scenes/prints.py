"""What is printed on things: labels, logos, bar codes; all of it invented."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from edge.scenes.layers import Floats

DRINKS = ("zing", "FIZZ", "limo", "KICK", "Nord", "SUNNY", "pop!", "Tonic", "mango", "ICE", "Berry", "volt")
WINES = ("Riesling", "Valmont", "Alba", "Monte Oro", "Domaine", "Rioja", "Clos 9", "Merlot")
WORDS = ("hello", "No. 1", "Monday", "MUG", "lab 4", "cafe", "home", "MOM", "team")
GOODS = ("FRAGILE", "parts", "SOAP", "oats", "tea", "24 pcs", "SALT", "screws")

_SUPPLE = (
    (0.82, 0.08, 0.1), (0.05, 0.25, 0.65), (0.05, 0.5, 0.25), (0.95, 0.5, 0.05), (0.95, 0.8, 0.1), (0.4, 0.1, 0.5),
    (0.08, 0.08, 0.1), (0.9, 0.9, 0.92), (0.1, 0.6, 0.75), (0.85, 0.25, 0.5),
)  # fmt: skip


def vivid(rng: np.random.Generator) -> Floats:
    """Give a colour as printers like them."""
    colour = np.asarray(_SUPPLE[rng.integers(len(_SUPPLE))]) + rng.normal(0, 0.04, 3)
    return np.clip(colour, 0.02, 0.97).astype(np.float32)


def ink(colour: Floats) -> tuple[int, int, int]:
    """Give a colour as Pillow takes it."""
    red, green, blue = (int(value) for value in np.clip(colour, 0, 1) * 255)
    return red, green, blue


def can_print(rng: np.random.Generator) -> Floats:
    """Give the sheet round a can: the front twice, a block of small print, a bar code."""
    ground, other, third = vivid(rng), vivid(rng), vivid(rng)
    sheet = Image.new("RGB", (384, 192), ink(ground))
    pen = ImageDraw.Draw(sheet)
    kind = rng.integers(4)
    if kind == 0:
        wave = [(x, 110 + 28 * np.sin(x / 384 * 4 * np.pi) + rng.uniform(-2, 2)) for x in range(0, 385, 12)]
        pen.polygon([*wave, (384, 192), (0, 192)], fill=ink(other))
        pen.line(wave, fill=ink(third), width=7)
    elif kind == 1:
        for x in range(0, 384, 48):
            pen.polygon([(x, 192), (x + 24, 192), (x + 64, 0), (x + 40, 0)], fill=ink(other))
    elif kind == 2:
        for _ in range(40):
            column, row, r = rng.uniform(0, 384), rng.uniform(0, 192), rng.uniform(3, 22)
            pen.ellipse((column - r, row - r, column + r, row + r), fill=ink(other if rng.random() < 0.6 else third))
    pen.rectangle((0, 0, 384, 10), fill=ink(third))
    pen.rectangle((0, 178, 384, 192), fill=ink(third))
    word = DRINKS[rng.integers(len(DRINKS))]
    light = np.ones(3, np.float32) if ground.mean() < 0.6 else np.full(3, 0.08, np.float32)
    for x in (64, 256):
        if kind == 3:
            pen.ellipse((x - 56, 36, x + 56, 156), fill=ink(other), outline=ink(third), width=5)
        _text(sheet, word, (x, 96), 40, ink(light), angle=float(rng.choice((0, 12, 90))))
    _small_print(pen, rng, (136, 30, 184, 120), ink(light))
    _bars(pen, rng, (328, 40, 376, 90))
    return _floats(sheet)


def wine_label(rng: np.random.Generator) -> Floats:
    """Give the paper on a bottle's front."""
    paper = np.asarray((0.93, 0.9, 0.82)) if rng.random() < 0.75 else vivid(rng)
    dark = np.asarray((0.15, 0.1, 0.1)) if paper.mean() > 0.45 else np.asarray((0.85, 0.75, 0.5))
    sheet = Image.new("RGB", (160, 176), ink(paper))
    pen = ImageDraw.Draw(sheet)
    accent = ink(vivid(rng) * 0.7)
    pen.rectangle((6, 6, 153, 169), outline=accent, width=3)
    kind = rng.integers(3)
    if kind == 0:
        pen.polygon([(30, 84), (62, 40), (80, 62), (104, 30), (132, 84)], fill=accent)
    elif kind == 1:
        pen.ellipse((52, 22, 108, 78), outline=accent, width=5)
        pen.line((80, 22, 80, 78), fill=accent, width=4)
    else:
        for row in range(4):
            for column in range(4 - row):
                x, y = 62 + column * 14 + row * 7, 30 + row * 12
                pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill=accent)
    _text(sheet, WINES[rng.integers(len(WINES))], (80, 106), 30, ink(dark))
    _text(sheet, str(rng.integers(2009, 2024)), (80, 132), 16, ink(dark))
    for y in (146, 153, 160):
        pen.line((40, y, 120, y), fill=ink(dark), width=2)
    return _floats(sheet)


def mug_print(rng: np.random.Generator, ground: Floats) -> Floats:
    """Give the sheet round a mug: plain, striped, dotted, or with a word."""
    sheet = Image.new("RGB", (384, 160), ink(ground))
    pen = ImageDraw.Draw(sheet)
    other = vivid(rng)
    kind = rng.integers(6)
    if kind == 0:
        for y in range(20, 160, int(rng.integers(24, 50))):
            pen.rectangle((0, y, 384, y + 10), fill=ink(other))
    elif kind == 1:
        for y in range(10, 160, 32):
            for x in range((y // 32 % 2) * 16, 384, 32):
                pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill=ink(other))
    elif kind == 2:
        pen.rectangle((0, 90 + int(rng.integers(-20, 30)), 384, 160), fill=ink(other))
    elif kind in (3, 4):
        for x in (96, 288):
            if kind == 4:
                pen.ellipse((x - 34, 46, x + 34, 114), fill=ink(other))
            _text(sheet, WORDS[rng.integers(len(WORDS))], (x, 80), 34, ink(other if kind == 3 else ground))
    return _floats(sheet)


def box_print(rng: np.random.Generator, ground: Floats) -> Floats:
    """Give one side of a carton."""
    sheet = Image.new("RGB", (160, 160), ink(ground))
    pen = ImageDraw.Draw(sheet)
    dark = ink(ground * 0.4 if ground.mean() > 0.35 else np.full(3, 0.85, np.float32))
    if rng.random() < 0.7:
        _text(sheet, GOODS[rng.integers(len(GOODS))], (80, 56), 30, dark)
        _small_print(pen, rng, (24, 90, 90, 136), dark)
    if rng.random() < 0.5:
        _bars(pen, rng, (100, 100, 148, 136))
    if rng.random() < 0.5:
        pen.rectangle((70, 0, 90, 160), fill=ink(ground * 0.55 + 0.35))
    return _floats(sheet)


def page_print(rng: np.random.Generator) -> Floats:
    """Give a leaf of paper: lines of text, a picture."""
    sheet = Image.new("RGB", (192, 192), ink(np.asarray((0.92, 0.91, 0.88)) - rng.uniform(0, 0.12)))
    pen = ImageDraw.Draw(sheet)
    _small_print(pen, rng, (16, 16, 176, 180), (70, 70, 75))
    if rng.random() < 0.6:
        x, y = int(rng.integers(10, 90)), int(rng.integers(10, 100))
        pen.rectangle((x, y, x + 80, y + 60), fill=ink(vivid(rng)))
    return _floats(sheet)


def look_up(sheet: Floats, across: Floats, down: Floats) -> Floats:
    """Give a sheet's colours at places from 0 to 1; across it goes round."""
    rows, columns = sheet.shape[:2]
    column = np.floor((across % 1) * columns).astype(np.intp) % columns
    row = np.clip((down * rows).astype(np.intp), 0, rows - 1)
    return np.asarray(sheet[row, column])


def _small_print(
    pen: ImageDraw.ImageDraw, rng: np.random.Generator, box: tuple[int, int, int, int], fill: tuple[int, ...]
) -> None:
    left, top, right, bottom = box
    for y in range(top, bottom, 7):
        x = left
        while x < right - 4:
            width = int(rng.integers(3, 14))
            pen.line((x, y, min(x + width, right), y), fill=fill, width=2)
            x += width + 4


def _bars(pen: ImageDraw.ImageDraw, rng: np.random.Generator, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    pen.rectangle(box, fill=(245, 245, 245))
    for x in range(left + 4, right - 3, 3):
        pen.line((x, top + 3, x, bottom - 3), fill=(15, 15, 15), width=int(rng.integers(0, 3)))


def _text(sheet: Image.Image, text: str, at: tuple[int, int], height: int, fill: tuple[int, ...], angle: float = 0) -> None:
    font = _font(height)
    left, top, right, bottom = font.getbbox(text)
    mask = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(mask).text((2 - left, 2 - top), text, fill=255, font=font)
    if angle:
        mask = mask.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    sheet.paste(fill, (at[0] - mask.width // 2, at[1] - mask.height // 2), mask)


@lru_cache
def _font(height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(height)


def _floats(sheet: Image.Image) -> Floats:
    return np.asarray(sheet, np.float32) / 255
