//! Time: what a window means at an instant, and how long everything is waited for. Knows no run.

pub mod clock;
pub mod graces;
pub mod present;
pub mod window;
