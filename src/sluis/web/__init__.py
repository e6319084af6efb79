"""What all pages and answers share: base templates, components, themes, errors as HTTP, paging, files.

We know requests, templates and formats. We know no dataset, dossier or person: rooms of pages hand in what is shown.
"""
