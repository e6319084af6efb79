"""Data requests: somebody outside asks for data, the province answers, and question and answer are public.
And followers: who hears by mail that something goes which the agreements on an open dataset promised.

We own the request, what we wrote to who asked, and its answer; and the addresses of followers. We refuse to show who
asked or follows to anybody who does not need it, to keep that longer than it serves, and to publish data: that is a
dossier of the lock.
"""
