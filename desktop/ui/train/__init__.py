"""The train station: what will be trained, the runs, one run closely, and the whole loop by one button."""
