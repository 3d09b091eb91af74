//! Every call that the product makes, and every invocation of its functions, gone wrong in every way, one at a time.
//!
//! A [`Story`] is a night or two in virtual time. It is told undisturbed first ([`Told`]), which says what calls and
//! invocations there are. Then it is told once more for each [`Cell`]: one call or invocation, and one [`Kind`] of
//! trouble. What must come of a cell stands in [`expected`]; what must hold in every cell is judged by the
//! [`referee`], which shares no line with the product.

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

mod cell;
pub mod expected;
mod kind;
mod moto;
mod outcome;
pub mod stories;
mod table;
mod told;
mod verdict;

pub use cell::{Cell, Place, cells, short};
pub use kind::Kind;
pub use moto::OnMoto;
pub use outcome::{Act, Outcome};
pub use stories::Story;
pub use table::table;
pub use told::{Told, tell};
pub use verdict::{Bases, Judged, always, judge};
