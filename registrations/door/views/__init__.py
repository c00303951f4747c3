"""A phone, a queue, a second for each person. Everything also works without JavaScript."""
