"""Files that rows of a database name: a set holds them as the database knows them, or says which it does not."""
