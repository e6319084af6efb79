"""Quality over time: what each version measures, what was to be expected, and who hears that it is otherwise."""
