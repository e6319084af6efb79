"""The rules of the game themselves: how they read, what a new version changes, and how it comes into force."""
