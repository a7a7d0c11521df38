"""Expressions that are said once and compiled for each make of database."""
