"""The organiser's pages about participants."""
