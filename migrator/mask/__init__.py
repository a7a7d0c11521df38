"""Personal values of a copied database replaced by made ones: the same value by the same mask wherever it stands."""
