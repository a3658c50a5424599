//! The whole system, seen from outside. There is no library here: everything stands in `tests/`.
