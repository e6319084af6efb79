"""Who may come to our own addresses."""

ROUTES = {"web:components": "signed-in"}
