"""Public pages. We show what stands outside and read no drafts: only `sluis.release.public` and rows of releases."""
