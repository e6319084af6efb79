"""Sign-in through the OpenID Connect provider of the settings: authorization code with PKCE, state and nonce.

django-allauth walks the flow; here stands what it leaves open: which tokens we believe (`tokens`), how it goes out to
the network (`session`), and what an identity means here (`identities`). Specification: OpenID Connect Core 1.0.
"""
