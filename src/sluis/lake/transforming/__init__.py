"""Transformations: tables made from other tables, with steps that hide people, run by themselves and followed back."""
