"""Data requests: somebody outside asks for data, the province answers, and question and answer are public.

We own the request, what we wrote to who asked, and its answer. We refuse to show who asked to anybody who does not need
it, to keep that longer than the term of the settings, and to publish data: that is a dossier of the lock.
"""
