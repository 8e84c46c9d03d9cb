"""The fleet station: the deployment on its way, the devices by their own word, one device closely."""
