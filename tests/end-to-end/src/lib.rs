//! The whole machine, path by path.
