"""People who sign in, organisations, roles with scope, invitations, consents, site settings."""
