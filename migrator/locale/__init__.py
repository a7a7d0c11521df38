"""Translations of the sentences, and the program that keeps them complete."""
