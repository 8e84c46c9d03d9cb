"""Clutter that looks like a container at first sight."""

from dataclasses import replace

import numpy as np

from edge.scenes.layers import Layer, cloud
from edge.scenes.light import bumpy
from edge.scenes.pose import Pose
from edge.scenes.prints import box_print, can_print, look_up, vivid
from edge.scenes.solids import turn


def plastic_bottle(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a water bottle with a cap."""
    body = rng.uniform(0.15, 0.19)
    ribs = [(height, body * (1 - 0.06 * (index % 2))) for index, height in enumerate(np.linspace(0.05, 0.62, 12).tolist())]
    outline = ((0, body * 0.9), *ribs, (0.75, body * 0.85), (0.88, 0.062), (0.9, 0.06), (0.905, 0.07), (1, 0.07))
    crushed = rng.random() * pose.worn
    bend = (np.convolve(rng.normal(0, 1, 10), np.ones(3) / 3, "valid") * crushed * 0.05 * pose.length).astype(np.float32)
    pose = replace(pose, length=pose.length * 1.25, tilt=min(pose.tilt, 0.8))
    solid = turn(outline, pose.length, pose.tilt, bend - bend[0])
    edge = np.abs(np.sin(solid.angle))
    tint = np.asarray(((0.75, 0.82, 0.88), (0.45, 0.62, 0.82), (0.4, 0.66, 0.45))[rng.choice(3, p=(0.6, 0.25, 0.15))], np.float32)
    normal = bumpy(solid.normal, np.abs(cloud(rng, edge.shape, (10, 5))) * (1 + 7 * crushed))
    colour = tint * pose.light.diffuse(normal) * (1 - 0.4 * edge**3)[..., np.newaxis] + 0.7 * pose.light.mirrored(normal, 0.15)
    alpha = 0.4 + 0.5 * edge**3
    if rng.random() < 0.75:
        band = ((solid.height > 0.3) & (solid.height < 0.55))[..., np.newaxis]
        label = pose.light.glossy(look_up(can_print(rng), solid.angle / (2 * np.pi), (0.55 - solid.height) / 0.25), normal, 0.25)
        colour, alpha = np.where(band, label, colour), np.where(band[..., 0], 1, alpha)
    cap = (solid.height > 0.905)[..., np.newaxis]
    grooves = (1 + 0.15 * np.sin(solid.angle * 24))[..., np.newaxis].astype(np.float32)
    colour = np.where(cap, pose.light.glossy(vivid(rng) * grooves, solid.normal), colour)
    alpha = np.where(cap[..., 0], 1, alpha)
    return solid.layer(np.asarray(colour * pose.light.colour, np.float32), np.asarray(alpha, np.float32))


def tin(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a food tin: ribbed steel with a paper sleeve."""
    radius = rng.uniform(0.3, 0.5)
    solid = turn(
        ((0, radius), (0.02, radius * 1.03), (0.05, radius), (0.95, radius), (0.98, radius * 1.03), (1, radius)),
        pose.length * 0.8,
        pose.tilt,
    )
    normal = bumpy(solid.normal, np.asarray(np.sin(solid.height * 60) * 0.9, np.float32))
    colour = pose.light.metal(np.full_like(normal, 0.78), normal)
    if rng.random() < 0.7:
        sleeve = ((solid.height > 0.08) & (solid.height < 0.92))[..., np.newaxis]
        paper = look_up(box_print(rng, vivid(rng)), solid.angle / np.pi * 1.5 + rng.uniform(0, 1), 1 - solid.height)
        colour = np.where(sleeve, pose.light.dull(paper, solid.normal), colour)
    rings = 0.6 + 0.15 * np.sin(solid.lid * 30) + 0.12 * np.sin(2 * np.arctan2(solid.lid_y, solid.lid_x))
    lid = np.asarray((0.75, 0.76, 0.78), np.float32) * rings[..., np.newaxis] * pose.light.colour
    return solid.layer(np.asarray(np.where((solid.lid < 1)[..., np.newaxis], lid, colour), np.float32))


def paper_cup(rng: np.random.Generator, pose: Pose) -> Layer:
    """Give a cup to go, with or without its lid; no handle."""
    top = rng.uniform(0.32, 0.38)
    covered = rng.random() < 0.5
    edge = ((0.9, top), (0.905, top * 1.08), (0.93, top * 1.08), (0.94, top * 0.95), (1, top * 0.9)) if covered else ((1, top),)
    pose = replace(pose, tilt=min(pose.tilt, 0.9))
    solid = turn(((0, top * 0.68), *edge), pose.length, pose.tilt)
    ground = np.asarray((0.9, 0.88, 0.84), np.float32) if rng.random() < 0.6 else vivid(rng)
    sheet = box_print(rng, ground)
    albedo = look_up(sheet, solid.angle / np.pi + rng.uniform(0, 1), 1 - solid.height)
    sleeve = ((solid.height > 0.3) & (solid.height < 0.65))[..., np.newaxis]
    albedo = np.where(sleeve, np.asarray((0.6, 0.44, 0.3), np.float32), albedo) if rng.random() < 0.5 else albedo
    colour = pose.light.dull(np.asarray(albedo, np.float32), solid.normal)
    if covered:
        lid = pose.light.glossy(np.full_like(colour, rng.choice((0.12, 0.85))), solid.normal)
        colour = np.where((solid.height > 0.9)[..., np.newaxis], lid, colour)
    else:
        hollow = (
            np.clip(0.5 + 0.35 * solid.lid_y, 0.1, 1)[..., np.newaxis]
            * np.asarray((0.9, 0.87, 0.82), np.float32)
            * pose.light.colour
        )
        colour = np.where((solid.lid < 0.95)[..., np.newaxis], hollow, colour)
    return solid.layer(np.asarray(colour, np.float32))
