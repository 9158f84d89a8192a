"""The database: one engine, one writer, bulk inserts, what every table is made from."""
