"""The open lake for other engines: an Iceberg REST catalogue that only reads, and its files in the way of S3."""
