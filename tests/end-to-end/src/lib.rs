//! Tests of the whole machine, path by path: the real state machine on moto, the real functions, the DMS simulator.
//!
//! One running stack serves them all; each lives in a world of its own, with its own DMS and its own clock. They are in
//! `tests/machine`; this library holds nothing.
