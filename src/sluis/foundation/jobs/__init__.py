"""Background work: a database backend for `django.tasks`, a worker, and recurring work."""
