"""What a talk leaves behind: its slides and pictures, on its public page while they are published."""
