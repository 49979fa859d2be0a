"""Prints what DuckDB reads from a CSV file, as JSON: the types of its columns, and its rows."""
import json
import sys

import duckdb

table = duckdb.read_csv(sys.argv[1], header=True)
json.dump(
    {
        "types": dict(zip(table.columns, [str(kind) for kind in table.types])),
        "rows": [dict(zip(table.columns, row)) for row in table.fetchall()],
    },
    sys.stdout,
)
