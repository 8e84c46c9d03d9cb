"""Two containers with a handle."""

from dataclasses import replace

import numpy as np

from edge.scenes.layers import Floats, Layer, cloud, step
from edge.scenes.light import bumpy
from edge.scenes.pose import Pose
from edge.scenes.prints import look_up, mug_print, vivid
from edge.scenes.solids import Surface, tube, turn

RIM = 0.91
"""Where the inner wall of a mug begins, as a share of its radius."""
_GLASS = np.asarray((0.72, 0.78, 0.78), np.float32)
_FOAM = np.asarray((0.96, 0.93, 0.84), np.float32)
_UP = np.asarray((0, 0.6, 0.8), np.float32)


def beer_mug(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a glass mug with a handle; full, with foam, or empty."""
    radius = rng.uniform(0.31, 0.4)
    waist = rng.uniform(-0.03, 0.03)
    pose = replace(pose, tilt=min(pose.tilt, 0.75))
    solid = turn(
        ((0, radius * 0.97), (0.05, radius * 1.02), (0.12, radius * 0.97), (0.5, radius + waist), (1, radius)),
        pose.length,
        pose.tilt,
    )
    normal = _cut_glass(rng, solid)
    empty = pose.lies or rng.random() < 0.1 + 0.25 * pose.worn
    through = pose.light.diffuse(normal) * 0.5 + 0.5
    colour, alpha = _emptied(rng, solid) if empty else _filled(rng, pose, solid)
    colour = colour * through
    bottom = step(-solid.height, -0.085, 0.03)[..., np.newaxis] * 0.75
    colour = colour * (1 - bottom) + _GLASS * (0.55 + 0.3 * np.sin(solid.angle * 5))[..., np.newaxis] * through * bottom
    colour = colour + 0.65 * pose.light.mirrored(normal, 0.1) * (solid.lid > 1)[..., np.newaxis]
    colour, alpha = _glass_mouth(solid, colour, np.asarray(alpha, np.float32), _GLASS * pose.light.colour, empty=empty)
    mug = solid.layer(np.asarray(colour * pose.light.colour, np.float32), alpha)
    if not empty and rng.random() < 0.8:
        mug = _foam(rng, pose, radius).over(mug)
    return _with_handle(rng, pose, mug, radius, _GLASS, clear=True)


def _emptied(rng: np.random.Generator, solid: Surface) -> tuple[Floats, Floats]:
    """Give clear glass, thick at the edges and the bottom, with what the foam left on it."""
    edge = np.abs(np.sin(solid.angle))
    colour: Floats = _GLASS * (1.05 - 0.5 * edge**3)[..., np.newaxis]
    alpha = 0.32 + 0.6 * edge**4 + 0.3 * step(-solid.height, -0.1, 0.03)
    if rng.random() < 0.6:
        streaks = np.clip(cloud(rng, edge.shape, (5, 12)) - 0.2, 0, 0.8) * step(solid.height, rng.uniform(0.2, 0.7), 0.2)
        colour = colour + (_FOAM - colour) * streaks[..., np.newaxis]
        alpha = alpha + 0.6 * streaks
    return colour, np.clip(alpha, 0, 1)


def _filled(rng: np.random.Generator, pose: Pose, solid: Surface) -> tuple[Floats, Floats]:
    """Give beer, brighter where one looks through less of it, and the foam on top."""
    beer = np.asarray(((0.93, 0.6, 0.1), (0.8, 0.38, 0.05), (0.36, 0.14, 0.04))[rng.choice(3, p=(0.55, 0.3, 0.15))], np.float32)
    edge = np.abs(np.sin(solid.angle))
    colour: Floats = beer * (1.15 - 0.55 * edge**2 + 0.25 * (solid.height - 0.5))[..., np.newaxis]
    ripple = cloud(rng, edge.shape, (4, 12)) * 0.015
    above = step(solid.height + ripple, rng.uniform(0.72, 0.86), 0.03)[..., np.newaxis]
    colour = colour + (_FOAM * pose.light.diffuse(solid.normal) - colour) * above
    wall = step(edge, 0.94, 0.06)[..., np.newaxis] * 0.6
    return colour + (_GLASS - colour) * wall, np.full_like(edge, 0.96)


def coffee_mug(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a ceramic mug with a handle and, mostly, a print."""
    radius = rng.uniform(0.38, 0.5)
    foot = radius * rng.uniform(0.72, 1.0)
    swell = radius * rng.choice((0.0, rng.uniform(0, 0.12)))
    pose = replace(pose, length=pose.length * 0.88, tilt=min(pose.tilt, 0.95))
    heights = np.linspace(0, 1, 14)
    bow = foot + (radius - foot) * heights + 4 * swell * heights * (1 - heights)
    bow *= 1 - 0.12 * np.exp(-heights / 0.03)  # the foot is rounded
    solid = turn(tuple(zip(heights.tolist(), bow.tolist(), strict=True)), pose.length, pose.tilt)
    glaze = np.asarray((0.93, 0.92, 0.88), np.float32) if rng.random() < 0.4 else vivid(rng)
    sheet = mug_print(rng, glaze)
    albedo = look_up(sheet, solid.angle / (2 * np.pi) + rng.uniform(0, 1), 1 - solid.height)
    if pose.worn > 0.5:
        albedo = albedo * (1 - 0.25 * np.clip(cloud(rng, solid.alpha.shape, (5, 6)), 0, 1))[..., np.newaxis]
    colour = pose.light.glossy(albedo, solid.normal, shine=0.55, blur=0.1)
    inside = glaze if rng.random() < 0.5 else np.asarray((0.9, 0.88, 0.84), np.float32)
    coffee = np.asarray((0.2, 0.1, 0.05), np.float32) if rng.random() < 0.6 else np.asarray((0.62, 0.42, 0.26), np.float32)
    level = rng.uniform(0.08, 0.25) if not pose.lies and rng.random() < 0.8 - 0.45 * pose.worn else 0.9
    colour = _mouth(solid, colour, glaze, inside, coffee, level, pose)
    return _with_handle(rng, pose, solid.layer(colour), radius, glaze, clear=False)


def _cut_glass(rng: np.random.Generator, solid: Surface) -> Floats:
    """Give the normals of a glass that is smooth, has panels, or has dimples."""
    kind = rng.integers(3)
    if kind == 0:
        return solid.normal
    count = rng.integers(9, 14)
    panels = np.abs(np.sin(solid.angle * count / 2))
    within = step(solid.height, 0.14, 0.04) * step(-solid.height, -0.74, 0.04)
    if kind == 2:
        panels = panels * np.abs(np.sin(solid.height * 12))
    return bumpy(solid.normal, np.asarray(panels * within * solid.length * 0.03, np.float32))


def _glass_mouth(solid: Surface, colour: Floats, alpha: Floats, glass: Floats, *, empty: bool) -> tuple[Floats, Floats]:
    rim = step(-np.abs(solid.lid - 0.965), -0.035, 0.04)
    inside = solid.lid < RIM
    colour = colour * (1 - 0.8 * rim[..., np.newaxis]) + (glass * 1.1) * 0.8 * rim[..., np.newaxis]
    if empty:
        colour = np.where(inside[..., np.newaxis], glass * 0.9, colour)
        alpha = np.where(inside, np.float32(0.16) + 0.3 * step(solid.lid, 0.85, 0.2), alpha)
    else:
        colour = np.where(inside[..., np.newaxis], np.asarray((0.93, 0.9, 0.8), np.float32), colour)
    return colour, np.maximum(alpha, rim * 0.8)


def _mouth(solid: Surface, colour: Floats, glaze: Floats, wall: Floats, drink: Floats, level: float, pose: Pose) -> Floats:
    """Give a mug its rim, its inner wall and what is in it, ``level`` lengths below the rim."""
    light = pose.light
    inward = np.clip(0.55 + 0.35 * (solid.lid_y * np.cos(pose.tilt) - solid.lid_x * light.direction[0]), 0.1, 1)
    radius = float(np.ptp(solid.lid_x)) / 2
    sunk = solid.lid_y + level * pose.axis() * 2 * radius / max(solid.alpha.shape[1] * np.sin(pose.tilt), 1e-3)
    hollow = wall * inward[..., np.newaxis] * light.colour * (0.85 if level < 0.5 else 0.7)
    surface = drink * (0.8 + 0.3 * np.clip(sunk, -1, 1))[..., np.newaxis] * light.colour
    ring = step(np.asarray(np.hypot(solid.lid_x, sunk), np.float32), RIM, 0.05)[..., np.newaxis]
    hollow = surface * (1 - ring) + hollow * ring
    inside = step(-solid.lid, -RIM, 0.03)[..., np.newaxis]
    top = light.glossy(np.broadcast_to(glaze, colour.shape), np.broadcast_to(_UP, colour.shape)) * (1 - inside) + hollow * inside
    return np.asarray(np.where((solid.lid < 1)[..., np.newaxis], top, colour), np.float32)


def _foam(rng: np.random.Generator, pose: Pose, radius: float) -> Layer:
    height = rng.uniform(0.08, 0.2)
    ratio = radius / height
    dome = ((0, ratio * 0.94), (0.35, ratio * 1.0), (0.75, ratio * 0.86), (1, ratio * 0.55))
    solid = turn(dome, pose.length * height, pose.tilt)
    relief = cloud(rng, solid.alpha.shape, (solid.alpha.shape[0] // 7, solid.alpha.shape[1] // 7)) * 0.9
    white = np.broadcast_to(np.asarray((1.0, 0.97, 0.9), np.float32), solid.normal.shape)
    colour = pose.light.dull(white, bumpy(solid.normal, relief))
    return replace(solid.layer(colour), origin=(solid.origin[0], solid.origin[1] + pose.axis() * 0.985))


def _with_handle(rng: np.random.Generator, pose: Pose, mug: Layer, radius: float, stuff: Floats, *, clear: bool) -> Layer:
    """Add a handle: a bow from high to low, somewhere between seen from the side and half hidden."""
    about = rng.uniform(-0.85, 0.7) + (np.pi if rng.random() < 0.5 else 0)
    reach, low, high = rng.uniform(0.2, 0.3), rng.uniform(0.16, 0.28), rng.uniform(0.74, 0.88)
    turns = np.linspace(-np.pi / 2, np.pi / 2, 15)
    square = rng.uniform(0.55, 1.0)
    out = (radius * 0.96 + reach * np.abs(np.cos(turns)) ** square) * pose.length
    up = ((low + high) / 2 + (high - low) / 2 * np.sign(turns) * np.abs(np.sin(turns)) ** square) * pose.length
    right, nearer = out * np.cos(about), out * np.sin(-about) * (1 if np.cos(about) > 0 else -1)
    points = np.stack((right, up * np.cos(pose.tilt) - nearer * np.sin(pose.tilt)), axis=-1).astype(np.float32)
    bow, normal, _ = tube(points, pose.length * rng.uniform(0.045, 0.065))
    colour = pose.light.glossy(bow.colour * stuff, normal, shine=0.6)
    alpha = bow.alpha * (0.5 + 0.45 * (1 - normal[..., 2]) ** 2) if clear else bow.alpha
    handle = Layer(colour, np.asarray(alpha, np.float32), bow.origin)
    return handle.over(mug) if nearer[7] > 0 else mug.over(handle)
