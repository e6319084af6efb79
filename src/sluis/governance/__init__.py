"""Accountability: the register of processing (AVG art. 30), fed by decisions on data about people.

We own what the privacy officer writes about a processing. We refuse to overwrite that with what a dossier says later.
"""
