//! Runs one plan through the whole product, on this machine.
