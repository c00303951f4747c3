"""Questions of readers to a practice's author."""
