"""Pages of the quarterly question: the organiser's rounds, answers on the screen, answers by Excel."""
