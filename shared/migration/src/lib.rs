//! The task model of a migration run and every decision about it.
//!
//! Nothing here talks to AWS and nothing reads a clock: what DMS said comes in as plain values, the time comes in as a
//! timestamp, and a decision goes out. So the same input gives the same answer on a laptop, in a test and in Lambda.
//!
//! The rooms, from the lowest up; a room uses those listed before it and no other:
//!
//! | room | what is decided there |
//! |---|---|
//! | [`time`] | when a window opens and closes, and how long everything is waited for |
//! | [`run`] | what is known of a run: the document that travels, what DMS said, the verdict |
//! | [`pace`] | how often DMS is asked, and how a load moves |
//! | [`survey`] | what is looked at before a run: resources, engines, other tasks, a task that exists |
//! | [`decide`] | what is done next, how a task is started, and what an end comes to |
//! | [`commit`] | what is written into the document, and what is checked just before a call |
//! | [`message`] | what people and machines are told |
//! | [`understood`] | what a plan will do, before any run |

pub mod commit;
pub mod decide;
pub mod message;
pub mod pace;
pub mod run;
pub mod survey;
pub mod time;
pub mod understood;
