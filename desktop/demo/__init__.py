"""The whole circle on drawn pictures: three simulated Pis, a labeller who knows the truth, two models, one report.

field     what the Pis will see, and what it is in truth
devices   the Pi programs, as processes on this computer
labeller  sorts page after page as a person with a number pad would
story     the circle, step by step, with its figures
report    the story as one HTML file, with its plots
"""
