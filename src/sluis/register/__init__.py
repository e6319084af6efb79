"""The register: what data there is, what it means and who answers for it.

Owns datasets, distributions, data services, contacts, column documentation, vocabularies, the DCAT-AP-NL 3.0 mapping,
its shapes and the predicted metadata quality. Refuses to publish: only the release room says what is public.
"""
