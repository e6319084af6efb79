"""Sluis: a lock between what is inside and the outside world. See docs/explanation/architecture.md."""

__version__ = "0.1.0"
