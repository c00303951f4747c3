"""Signing up: one page, no password, and straight to the ticket."""
