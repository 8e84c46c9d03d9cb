"""Two containers without a handle."""

from dataclasses import replace

import numpy as np

from edge.scenes.layers import Floats, Layer, cloud, step
from edge.scenes.light import bumpy
from edge.scenes.pose import Pose
from edge.scenes.prints import can_print, look_up, vivid, wine_label
from edge.scenes.solids import Surface, turn


def soda_can(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a printed aluminium can, crushed the more it is worn."""
    wide = rng.choice((1.0, 0.82), p=(0.8, 0.2))
    crushed = rng.random() * pose.worn
    outline = ((0, 0.19), (0.025, 0.225), (0.075, 0.268), (0.86, 0.268), (0.94, 0.225), (0.955, 0.218), (0.97, 0.225), (1, 0.225))
    pinch = 1 - crushed * 0.3 * np.exp(-(((np.linspace(0, 1, 24) - rng.uniform(0.3, 0.7)) / 0.16) ** 2))
    heights = np.linspace(0, 1, 24)
    radii = np.interp(heights, *np.asarray(outline).T) * wide * pinch
    bend = (np.convolve(rng.normal(0, 1, 12), np.ones(3) / 3, "valid") * crushed * 0.07 * pose.length).astype(np.float32)
    if crushed > 0.25:
        pose = replace(pose, length=pose.length * (1 - 0.35 * crushed))
        radii = radii * (1 + 0.3 * crushed)
    profile = outline if crushed < 0.1 and wide == 1 else tuple(zip(heights.tolist(), radii.tolist(), strict=True))
    solid = turn(profile, pose.length, pose.tilt, bend - bend[0])
    normal = solid.normal
    if crushed > 0.1:
        normal = bumpy(normal, np.abs(cloud(rng, solid.alpha.shape, (6, 5))) * crushed * 9 * pose.length / 200)
    albedo = look_up(can_print(rng), solid.angle / (2 * np.pi) + rng.uniform(0, 1), (0.94 - solid.height) / 0.86)
    silver = np.asarray((0.86, 0.87, 0.89), np.float32)
    bare = (step(solid.height, 0.9, 0.02) + step(-solid.height, -0.07, 0.02))[..., np.newaxis]
    shiny = pose.light.metal(np.asarray(0.25 + 0.75 * albedo, np.float32), normal)
    painted = 0.72 * pose.light.glossy(albedo, normal, shine=0.6, blur=0.2) + 0.3 * shiny * albedo
    colour = painted * (1 - bare) + pose.light.metal(silver, normal) * bare
    return solid.layer(np.asarray(_can_lid(solid, colour, rng.uniform(0, 6.3), pose), np.float32))


def wine_bottle(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a bottle with shoulders, a label and, unless it was opened, foil."""
    body = rng.uniform(0.118, 0.14)
    shoulder = rng.uniform(0.56, 0.66)
    neck = rng.uniform(0.74, 0.8) if rng.random() < 0.65 else rng.uniform(0.84, 0.88)  # Bordeaux, or Burgundy
    between = (shoulder + neck) / 2
    outline = (
        (0, body * 0.94), (0.02, body), (shoulder, body), (between, body * 0.74), (neck, 0.049), (0.94, 0.044),
        (0.945, 0.051), (0.975, 0.051), (0.98, 0.045), (1, 0.045),
    )  # fmt: skip
    pose = replace(pose, length=pose.length * 1.35, tilt=min(pose.tilt, 0.8))
    solid = turn(outline, pose.length, pose.tilt)
    tint = np.asarray(
        ((0.06, 0.17, 0.07), (0.2, 0.26, 0.08), (0.22, 0.11, 0.03), (0.05, 0.06, 0.06), (0.62, 0.66, 0.55))[
            rng.choice(5, p=(0.35, 0.2, 0.15, 0.18, 0.12))
        ],
        np.float32,
    )
    sine = np.sin(solid.angle)
    lean = pose.light.direction[0]
    glow = np.exp(-(((sine + 0.55 * np.sign(lean or 1)) / 0.3) ** 2)) * (1 - np.abs(sine) ** 6)
    full = step(-solid.height, -rng.uniform(0.1, 0.75), 0.01) if not pose.lies and rng.random() < 0.7 else np.zeros_like(glow)
    wine = np.asarray((0.25, 0.02, 0.05) if tint.mean() < 0.4 else (0.55, 0.42, 0.12), np.float32)
    stuff = tint * (1 - 0.5 * full[..., np.newaxis]) + wine * 0.4 * full[..., np.newaxis]
    colour = stuff * (0.65 + 1.7 * glow * (1 - 0.6 * full))[..., np.newaxis] * (0.4 + 0.6 * pose.light.diffuse(solid.normal))
    alpha = np.clip(0.97 - 0.5 * tint.mean() + 0.4 * np.abs(sine) ** 4, 0, 1)
    colour = (colour + 0.75 * pose.light.mirrored(solid.normal, 0.08)) * pose.light.colour
    colour, alpha = _paper(rng, pose, solid, colour, np.asarray(alpha, np.float32))
    if rng.random() < 0.75 - 0.3 * pose.worn:
        foil = (step(solid.height, rng.uniform(0.8, 0.88), 0.006))[..., np.newaxis]
        wrap = pose.light.metal(vivid(rng) * 0.8 + 0.1, solid.normal)
        colour, alpha = colour * (1 - foil) + wrap * foil, np.maximum(alpha, foil[..., 0])
    elif rng.random() < 0.5:
        cork = np.broadcast_to(np.asarray((0.72, 0.52, 0.33), np.float32), colour.shape)
        colour = np.where((solid.lid < 0.85)[..., np.newaxis], cork * pose.light.colour, colour)
    else:
        colour = np.where((solid.lid < 0.7)[..., np.newaxis], np.float32(0.04), colour)
    return solid.layer(np.asarray(colour, np.float32), alpha)


def _paper(rng: np.random.Generator, pose: Pose, solid: Surface, colour: Floats, alpha: Floats) -> tuple[Floats, Floats]:
    if rng.random() < 0.08 + 0.2 * pose.worn:
        return colour, alpha  # washed off
    low, high, half = rng.uniform(0.1, 0.17), rng.uniform(0.4, 0.5), rng.uniform(0.95, 1.5)
    turned = rng.uniform(-0.5, 0.5) * (1 + 1.5 * pose.worn)
    across, down = (solid.angle - turned) / (2 * half) + 0.5, (high - solid.height) / (high - low)
    on = (across > 0) & (across < 1) & (down > 0) & (down < 1)
    if pose.worn > 0.4:
        on &= cloud(rng, solid.alpha.shape, (9, 7)) > -1.6
    sheet = look_up(wine_label(rng), np.asarray(np.clip(across, 0, 0.999)), np.asarray(down))
    paper = pose.light.dull(sheet, solid.normal)
    return np.where(on[..., np.newaxis], paper, colour), np.where(on, np.float32(1), alpha)


def _can_lid(solid: Surface, colour: Floats, turned: float, pose: Pose) -> Floats:
    light = pose.light
    bright = 0.62 + 0.2 * light.direction[1] + 0.16 * np.sin(3 * np.arctan2(solid.lid_y, solid.lid_x) + turned)
    lid = np.asarray((0.8, 0.81, 0.83), np.float32) * bright[..., np.newaxis] * light.colour
    rim = np.abs(solid.lid - 0.9) < 0.05
    lid = np.where(rim[..., np.newaxis], lid * 0.55, lid)
    along = solid.lid_x * np.cos(turned) + solid.lid_y * np.sin(turned)
    aside = solid.lid_y * np.cos(turned) - solid.lid_x * np.sin(turned)
    hole = ((along - 0.42) / 0.32) ** 2 + (aside / 0.36) ** 2 < 1
    if pose.worn > 0.3:
        lid = np.where(hole[..., np.newaxis], np.float32(0.04), lid)
    else:
        lid = np.where((hole & (((along - 0.42) / 0.28) ** 2 + (aside / 0.32) ** 2 > 1))[..., np.newaxis], lid * 0.6, lid)
    tab = (np.abs(aside) < 0.2) & (along > -0.6) & (along < 0.12)
    ring = tab & ~(((along + 0.34) / 0.16) ** 2 + (aside / 0.12) ** 2 < 1)
    lid = np.where(ring[..., np.newaxis], lid * 1.25 + 0.05, lid)
    return np.where((solid.lid < 1)[..., np.newaxis], lid, colour)
