"""The window: painting and keys. Nothing here decides; it asks the services of a plant and shows what they say."""
