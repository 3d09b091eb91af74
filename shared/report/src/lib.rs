//! The report page: one run, or several nights of one plan, as one HTML file to read and to forward.
//!
//! The rooms, from the lowest up; a room uses those listed before it and no other:
//!
//! | room | what is there |
//! |---|---|
//! | [`page`] | what a page shows |
//! | [`story`] | the page of a run, from the documents that it has left |
//! | [`given`] | the documents that a file holds, in whatever form AWS has given them |
//! | [`html`] | the file |

pub mod given;
pub mod html;
pub mod page;
pub mod story;
