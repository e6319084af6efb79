"""One database carried over to another: from SQLite to PostgreSQL, back, and into the file of a backup."""
