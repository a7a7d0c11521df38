"""Messages to people: on the console, to a webhook, by mail; each delivery is recorded, so that none is repeated."""
