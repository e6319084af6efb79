"""The workplace of staff: sign-in, tasks, datasets, uploads, tables, dossiers, feedback and administration.

We own pages and forms. We hold no rules: what may be done is decided by the operations behind the doors we call.
"""
