"""Looking at graphs: listings, explanations, and other tools' formats."""
