"""Tables as Apache Iceberg, for engines that are not ours: written after our own versions, rebuildable from them.

Never the truth: nothing here reads Iceberg to know what a table holds. Refuses to copy rows: the data files are the
parts that versions hold already.
"""
