"""Processes (BPMN) and policies (DMN): definitions, running instances, tasks of people, timers.

We own how a laid-down way of working is executed, and that nothing in its files can run as a program. We refuse to know
what flows through it: rooms above hand in what a service task does, and read where an instance stands.
"""
