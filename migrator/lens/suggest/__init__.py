"""A first mapping file, drafted from two live databases: proposals with their evidence, and questions for people."""
