"""Data contracts (ODCS 3.1, YAML): what is promised about a table, and whether a version keeps it.

A contract is read here as text, never run. What the standard offers and Sluis does not execute is kept as it is and
named as not checked.
"""
