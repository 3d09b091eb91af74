//! A DMS that behaves like DMS.
