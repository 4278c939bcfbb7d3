"""What the ledger promises, asked again of its bytes as they lie there: the tree, its leaves, its checkpoints.

What leaves say of rows is compared by the floors that hold the rows.
"""
