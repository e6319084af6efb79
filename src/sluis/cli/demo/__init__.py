"""The demo province: Merwede, which does not exist. Its data is made here, the same on every machine.

`province` draws the land, `generate_*` write source files as messy as real ones, `datasets/*.toml` describe them,
`people` and `load` bring them through the same operations that colleagues use.
"""
