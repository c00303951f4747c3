"""What experts say of a practice: how its results are known, and how ready it is to be taken."""
