"""Signing in, people and roles, handing over, site settings."""
