"""The voter list and the address register on one machine: Parquet files, DuckDB, shapely."""
