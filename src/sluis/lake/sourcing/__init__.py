"""Sources: where the data of a dataset comes from by itself, when, and what came of each time."""
