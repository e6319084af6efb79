"""What a transformation does: one SELECT, then steps that take away what may point at a person. No Django here.

Reading and judging of steps is pure; the rest runs in the sandbox.
"""
