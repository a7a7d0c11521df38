"""Data that takes another shape on the new side: keys, lists, shared records, a column that moves."""
