"""Contracts of datasets as they are kept: versions, who puts them in force, and what each table version came out as."""
