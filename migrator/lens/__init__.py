"""Say once how old and new data relate; copy, verify, take a census and go back from it."""
