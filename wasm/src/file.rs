//! Files that are read piece by piece.
