"""Plots: widgets that paint a verdict, an evaluation or a course of numbers, and say them in words."""
