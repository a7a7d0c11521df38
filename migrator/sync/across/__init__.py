"""The road between two servers: rows go over as texts, with what they are looked up in, and each side commits alone."""
