//! Ctrl-C, and being told to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{Error, Result};

/// What ended a rehearsal early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// Ctrl-C (SIGINT).
    Keyboard,
    /// SIGTERM.
    Terminated,
}

impl Interrupt {
    /// The exit status that shells give a program which ended of it: 128 and the signal's number.
    pub fn status(self) -> u8 {
        match self {
            Interrupt::Keyboard => 130,
            Interrupt::Terminated => 143,
        }
    }
}

/// Listens for what ends a rehearsal early, from its creation on.
#[derive(Debug)]
pub struct Interrupts {
    keyboard: Signal,
    terminated: Signal,
}

impl Interrupts {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn listen() -> Result<Interrupts> {
        let listen = |kind| signal(kind).map_err(|error| Error::call("listening for signals", &error));
        Ok(Interrupts {
            keyboard: listen(SignalKind::interrupt())?,
            terminated: listen(SignalKind::terminate())?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Interrupt {
        tokio::select! {
            _ = self.keyboard.recv() => Interrupt::Keyboard,
            _ = self.terminated.recv() => Interrupt::Terminated,
        }
    }
}
