"""Requests of those who may not begin: left on a practice's page, settled by whoever begins there."""
