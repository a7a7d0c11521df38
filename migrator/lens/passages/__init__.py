"""How values of one family of types become values of another: one file for each family of sources."""
