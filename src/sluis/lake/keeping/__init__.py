"""How long versions of tables are kept, and what keeps one whatever the rule says."""
