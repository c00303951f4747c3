"""First screens of those who chair, help and speak."""
