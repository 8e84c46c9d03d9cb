"""Everything else that lies on a belt."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from edge.scenes.layers import Floats, Layer, cloud, paste, step
from edge.scenes.light import bumpy
from edge.scenes.lookalikes import paper_cup, plastic_bottle, tin
from edge.scenes.pose import Pose
from edge.scenes.prints import box_print, ink, look_up, page_print, vivid
from edge.scenes.solids import tube, turn


def paper_ball(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a crushed sheet of paper."""
    side = int(pose.length * rng.uniform(0.5, 0.85))
    grid = np.linspace(-1.15, 1.15, side, dtype=np.float32)
    x, y = grid[np.newaxis], -grid[:, np.newaxis]
    far = np.hypot(x, y) * (1 + 0.12 * cloud(rng, (side, side), (6, 6)))
    towards = np.sqrt(np.clip(1 - np.minimum(far, 0.97) ** 2, 0, 1))
    round_ = np.stack(np.broadcast_arrays(x, y, towards), axis=-1).astype(np.float32)
    round_ /= np.linalg.norm(round_, axis=-1, keepdims=True)
    normal = bumpy(_facets(rng, round_, 46), cloud(rng, (side, side), (11, 11)) * (side / 130))
    sheet = page_print(rng) if rng.random() < 0.6 else np.full((2, 2, 3), 0.9, np.float32) * vivid(rng)
    warp = cloud(rng, (side, side), (5, 5)) * 0.15
    albedo = look_up(sheet, np.asarray(x * 0.4 + 0.5 + warp), np.asarray(np.clip(0.5 - y * 0.4 + warp, 0, 0.99)))
    colour = pose.light.dull(albedo, normal)
    return Layer(colour, 1 - step(np.asarray(far), 1.0, 6 / side), (side / 2, side * 0.92))


def leaf(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a flat sheet: a flyer, a receipt, a torn page."""
    width, height = int(pose.length * rng.uniform(0.3, 0.8)), int(pose.length * rng.uniform(0.6, 0.95))
    relief = cloud(rng, (height, width), (3, 3)) * 5 + np.abs(cloud(rng, (height, width), (5, 4))) * 6
    grid_x, grid_y = np.meshgrid(np.linspace(0, 0.999, width, dtype=np.float32), np.linspace(0, 0.999, height, dtype=np.float32))
    colour = pose.light.dull(look_up(page_print(rng), grid_x, grid_y), bumpy(_flat(height, width), relief))
    edge = (
        np.minimum(np.minimum(grid_x, 1 - grid_x), np.minimum(grid_y, 1 - grid_y)) * 30
        + cloud(rng, (height, width), (9, 9)) * 0.35
    )
    return Layer(colour, step(np.asarray(edge), 0.6, 0.7), (width / 2, float(height)))


def carton(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a box: brown cardboard, or a printed packet."""
    ground = np.asarray((0.66, 0.5, 0.34), np.float32) * rng.uniform(0.8, 1.1) if rng.random() < 0.55 else vivid(rng)
    edges = np.asarray((rng.uniform(0.3, 0.7), rng.uniform(0.35, 0.95), rng.uniform(0.15, 0.5))) * pose.length
    yaw, pitch = rng.uniform(0.25, 1.3), np.clip(pose.tilt, 0.25, 1.1)
    sine, cosine = np.sin(yaw), np.cos(yaw)
    # From the nearest corner of the lid its two edges and the one down, as (column, row).
    left, right, down = (
        np.asarray(edge) * length
        for edge, length in zip(
            ((-cosine, -sine * np.sin(pitch)), (sine, -cosine * np.sin(pitch)), (0, np.cos(pitch))), edges.tolist(), strict=True
        )
    )
    side = int(np.abs((left, right, down)).sum() + 8)
    near = np.asarray((side / 2, side * 0.8))
    corner = near - down
    canvas, cover = np.zeros((side, side, 3), np.float32), np.zeros((side, side, 3), np.float32)
    for start, across, along, normal in (
        (corner + left, -left, down, (-sine, -cosine * np.sin(pitch), cosine * np.cos(pitch))),
        (corner, right, down, (cosine, -sine * np.sin(pitch), sine * np.cos(pitch))),
        (corner, left, right, (0, np.cos(pitch), np.sin(pitch))),
    ):
        sheet = box_print(rng, ground)
        matrix = np.stack((across, along), axis=1) / len(sheet)
        facing = np.broadcast_to(np.asarray(normal, np.float32), sheet.shape)
        face = Layer(pose.light.dull(sheet, facing), np.ones(sheet.shape[:2], np.float32), (0.0, 0.0))
        paste(canvas, face, matrix, (float(start[0]), float(start[1])))
        paste(cover, replace(face, colour=np.ones_like(sheet)), matrix, (float(start[0]), float(start[1])))
    alpha = cover[..., 0]
    return Layer(canvas / np.maximum(alpha, 0.05)[..., np.newaxis], alpha, (float(near[0]), float(near[1])))


def cable(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a coil of cable."""
    side = int(pose.length)
    twice = Image.new("RGBA", (side * 2, side * 2))
    pen = ImageDraw.Draw(twice)
    turns = np.linspace(0, rng.uniform(2.2, 4.5) * 2 * np.pi, 110)
    drift = np.convolve(rng.normal(0, 1, 130), np.ones(21) / 21, "valid")
    reach = (0.55 + 0.5 * drift) * side
    x, y = side + reach * np.cos(turns), side + reach * np.sin(turns) * rng.uniform(0.5, 1)
    x, y = x + turns * side * rng.uniform(-0.02, 0.02), y + turns * side * rng.uniform(-0.02, 0.02)
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    colour = vivid(rng) if rng.random() < 0.5 else np.full(3, 0.1, np.float32)
    thick = rng.uniform(0.022, 0.045) * side * 2
    for begin in range(0, len(points) - 6, 6):  # piece by piece, so that the coil crosses itself
        piece = points[begin : begin + 8]
        for share, shade in ((1.0, 0.45), (0.72, 0.9), (0.3, 1.5)):
            pen.line(
                piece, fill=(*ink(colour * shade + 0.08 * (shade - 0.45)), 255), width=max(1, int(thick * share)), joint="curve"
            )
    pixels = np.asarray(twice.reduce(2), np.float32) / 255
    return Layer(pixels[..., :3] * pose.light.colour, pixels[..., 3], (side / 2, side * 0.9))


def screwdriver(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a screwdriver."""
    grip = turn(
        ((0, 0.08), (0.05, 0.12), (0.25, 0.15), (0.6, 0.13), (0.85, 0.09), (0.9, 0.13), (1, 0.12)),
        pose.length * 0.45,
        min(pose.tilt, 0.4),
    )
    ribs = np.sin(grip.angle * 9)[..., np.newaxis] * 0.12
    colour = pose.light.glossy(vivid(rng) * (1 + ribs).astype(np.float32), grip.normal)
    top = grip.origin[1]
    blade, normal, _ = tube(np.asarray(((0, top * 0.9), (0, top + pose.length * 0.5)), np.float32), pose.length * 0.022)
    steel = pose.light.metal(blade.colour * np.float32(0.85), normal)
    return grip.layer(colour).over(replace(blade, colour=steel))


def spanner(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a spanner."""
    length, width = pose.length, pose.length * 0.28

    def shape(pen: ImageDraw.ImageDraw) -> None:
        middle = width
        pen.rounded_rectangle((middle - width * 0.3, width, middle + width * 0.3, 2 * length - width), 8, fill=255)
        for y in (width, 2 * length - width):
            pen.ellipse((0.1 * width, y - 0.9 * width, 1.9 * width, y + 0.9 * width), fill=255)
        pen.polygon(
            [
                (middle - width * 0.4, 0),
                (middle + width * 0.4, 0),
                (middle + width * 0.35, width),
                (middle - width * 0.35, width),
            ],
            fill=0,
        )
        pen.ellipse((middle - width * 0.5, 2 * length - width * 1.5, middle + width * 0.5, 2 * length - width * 0.5), fill=0)

    alpha, normal = _pressed((int(width), int(length)), shape, 3.0)
    rough = cloud(rng, alpha.shape, (30, 10)) * 0.05
    colour = pose.light.metal(np.broadcast_to((0.7 + rough)[..., np.newaxis], normal.shape), normal)
    return Layer(colour, alpha, (width / 2, length))


def peel(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a banana's peel: bent flaps from one stalk."""
    whole: Layer | None = None
    ripe = np.asarray((0.88, 0.72, 0.16), np.float32) * rng.uniform(0.6, 1)
    for direction in np.linspace(0, 2 * np.pi, int(rng.integers(3, 5)), endpoint=False) + rng.uniform(0, 2):
        along = np.linspace(0, 1, 9)
        bent = direction + along * rng.uniform(-1.6, 1.6)
        reach = along * pose.length * rng.uniform(0.35, 0.52)
        points = np.stack((reach * np.cos(bent), reach * np.sin(bent) + pose.length * 0.4), axis=-1).astype(np.float32)
        flap, normal, share = tube(points, pose.length * rng.uniform(0.06, 0.09))
        spots = step(cloud(rng, share.shape, (12, 12)), 1.0, 0.6)[..., np.newaxis] * 0.6
        colour = pose.light.dull(np.asarray((ripe * (1 - spots)), np.float32), normal)
        taper = step(-np.abs(share - 0.45), -0.5, 0.12)
        layer = Layer(colour, flap.alpha * taper, flap.origin)
        whole = layer if whole is None else layer.over(whole)
    assert whole is not None  # noqa: S101 - there are at least three flaps
    return whole


def bag(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a plastic bag, thin and full of creases."""
    side = int(pose.length * rng.uniform(0.7, 1.0))
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    wobble = np.convolve(np.tile(rng.normal(0, 0.22, 40), 2), np.ones(4) / 4, "same")[20:60]
    corners = side * (1 + (0.75 + wobble)[:, np.newaxis] * np.stack((np.cos(angles), np.sin(angles)), axis=-1))
    alpha, normal = _pressed((side, side), lambda pen: pen.polygon([(x, y) for x, y in corners.tolist()], fill=255), 6.0)
    creases = np.abs(cloud(rng, alpha.shape, (11, 3))) * 6 + cloud(rng, alpha.shape, (13, 13)) * 1.5
    tint = np.asarray((0.85, 0.87, 0.9), np.float32) if rng.random() < 0.6 else vivid(rng)
    bent = bumpy(_facets(rng, normal, 24), np.asarray(creases * side / 200, np.float32))
    colour = pose.light.glossy(np.broadcast_to(tint, normal.shape), bent, shine=0.8, blur=0.3)
    return Layer(colour, alpha * np.float32(rng.uniform(0.55, 0.95)), (side / 2, side * 0.85))


STANDING = (plastic_bottle, tin, paper_cup)
"""What may stand on its base."""
CLUTTER = (paper_ball, leaf, carton, cable, screwdriver, spanner, peel, bag, *STANDING)


def _facets(rng: np.random.Generator, normal: Floats, count: int) -> Floats:
    """Give the normals of a crushed surface: flat pieces, each leaning its own way."""
    rows, columns = normal.shape[:2]
    centres = rng.uniform(0, 1, (count, 2)).astype(np.float32) * (columns, rows)
    x = np.arange(0, columns, 2, dtype=np.float32)[np.newaxis, :, np.newaxis]
    y = np.arange(0, rows, 2, dtype=np.float32)[:, np.newaxis, np.newaxis]
    far = np.abs(x - centres[:, 0].astype(np.float32)) + np.abs(y - centres[:, 1].astype(np.float32)) * np.float32(0.8)
    piece = far.argmin(axis=-1).repeat(2, 0).repeat(2, 1)[:rows, :columns]
    lean = rng.normal(0, 0.42, (count, 3)).astype(np.float32)
    bent = normal + lean[piece]
    bent[..., 2] = np.abs(bent[..., 2])
    return np.asarray(bent / np.linalg.norm(bent, axis=-1, keepdims=True))


def _flat(rows: int, columns: int) -> Floats:
    normal = np.zeros((rows, columns, 3), np.float32)
    normal[..., 2] = 1
    return normal


def _pressed(size: tuple[int, int], draw: Callable[[ImageDraw.ImageDraw], None], thick: float) -> tuple[Floats, Floats]:
    """Give a flat shape with rounded edges, drawn at twice its size (columns, rows): what it covers, and its normals."""
    twice = Image.new("L", (size[0] * 2, size[1] * 2))
    draw(ImageDraw.Draw(twice))
    shape = twice.reduce(2)
    relief = np.asarray(shape.filter(ImageFilter.GaussianBlur(thick)), np.float32) / 255 * thick * 2.5
    return np.asarray(shape, np.float32) / 255, bumpy(_flat(*relief.shape), relief)
