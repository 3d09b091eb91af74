//! Virtual time: stories that sleep, and the order in which they wake. Nothing here waits.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use jiff::{SignedDuration, Timestamp};

/// A story: what it comes to is known at its end.
pub type Story<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What time it is, and who sleeps until when. Copies share both.
#[derive(Clone, Debug)]
pub struct Clock(Rc<RefCell<Sleepers>>);

#[derive(Debug)]
struct Sleepers {
    now: Timestamp,
    /// Who wakes when; of two that wake at one instant, the one that fell asleep first is the first.
    asleep: BinaryHeap<Reverse<(Timestamp, u64, usize)>>,
    naps: u64,
    /// The story that is being told.
    told: usize,
}

impl Clock {
    /// A clock that stands at this instant.
    pub fn at(now: Timestamp) -> Clock {
        Clock(Rc::new(RefCell::new(Sleepers { now, asleep: BinaryHeap::new(), naps: 0, told: 0 })))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.0.borrow().now
    }

    /// Sleeps for so many seconds, to the millisecond; a negative number is none at all.
    pub fn sleep(&self, seconds: f64) -> Nap {
        let millis = (seconds.max(0.0) * 1000.0).round() as i64;
        let until = self.now().saturating_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX);
        Nap { clock: self.clone(), until, asleep: false }
    }

    /// Tells all stories to their ends; gives what they came to, in their order. A story may wait for nothing but its own
    /// sleep: one that waits for something else never wakes, and comes to nothing.
    pub fn tell<T>(&self, stories: Vec<Story<'_, T>>) -> Vec<Option<T>> {
        let mut book: Vec<Chapter<'_, T>> = stories.into_iter().map(Chapter::Open).collect();
        for which in 0..book.len() {
            self.go_on(&mut book, which);
        }
        while let Some(which) = self.wake() {
            self.go_on(&mut book, which);
        }
        book.into_iter().map(Chapter::ending).collect()
    }

    fn go_on<T>(&self, book: &mut [Chapter<'_, T>], which: usize) {
        self.0.borrow_mut().told = which;
        let Some(Chapter::Open(story)) = book.get_mut(which) else { return };
        if let Poll::Ready(ending) = story.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            book[which] = Chapter::Closed(ending);
        }
    }

    /// Moves the time forward to the next awakening.
    fn wake(&self) -> Option<usize> {
        let mut sleepers = self.0.borrow_mut();
        let Reverse((at, _, which)) = sleepers.asleep.pop()?;
        sleepers.now = sleepers.now.max(at);
        Some(which)
    }
}

enum Chapter<'a, T> {
    Open(Story<'a, T>),
    Closed(T),
}

impl<T> Chapter<'_, T> {
    fn ending(self) -> Option<T> {
        match self {
            Chapter::Open(_) => None,
            Chapter::Closed(ending) => Some(ending),
        }
    }
}

/// A sleep of the story that is being told.
#[derive(Debug)]
pub struct Nap {
    clock: Clock,
    until: Timestamp,
    asleep: bool,
}

impl Future for Nap {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        // Nothing but its awakening polls a story again.
        if self.asleep {
            return Poll::Ready(());
        }
        self.asleep = true;
        let until = self.until;
        let mut sleepers = self.clock.0.borrow_mut();
        sleepers.naps += 1;
        let sleeper = Reverse((until, sleepers.naps, sleepers.told));
        sleepers.asleep.push(sleeper);
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_wake_in_the_order_of_their_instants_and_then_of_their_falling_asleep() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let heard = RefCell::new(Vec::new());
        let story = |name: &'static str, naps: &'static [f64]| -> Story<'_, f64> {
            let (clock, heard) = (clock.clone(), &heard);
            Box::pin(async move {
                for nap in naps {
                    clock.sleep(*nap).await;
                    heard.borrow_mut().push(name);
                }
                clock.now().as_millisecond() as f64 / 1000.0
            })
        };
        let ends = clock.tell(vec![story("a", &[2.0, 1.0]), story("b", &[1.0, 1.0]), story("c", &[-1.0])]);
        assert_eq!(ends, [Some(3.0), Some(2.0), Some(0.0)]);
        // Both a and b wake after two seconds, and a fell asleep before b did.
        assert_eq!(heard.into_inner(), ["c", "b", "a", "b", "a"]);
    }
}
