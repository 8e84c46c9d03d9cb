"""The sort station: queues of pictures in a grid or under the loupe, one key a class."""
