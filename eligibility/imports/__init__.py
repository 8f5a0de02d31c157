"""Facts from the marketplace's files. Each file is checked whole, then applied in short steps.

`source` reads lines, `values` reads cells, `staging` keeps the checked rows in a temporary file,
`run` leads a file through both, and `ledger`, `clients`, `billing_methods`, `holds` and
`relationships` say what a row means.
"""
