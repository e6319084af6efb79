"""The dossier as a record for the archive: one zip after MDTO that reads without Sluis.

`export` is the operation, `contents` what lies in the zip, `mdto` the metadata, `retention` how long it stays.
"""
