//! Virtual time: stories that sleep, and the order in which they wake. Nothing here waits.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use jiff::{SignedDuration, Timestamp};

/// A story: what it comes to is known at its end.
pub type Story<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What time it is, and who sleeps until when. Copies share both.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Debug)]
struct Time {
    now: Timestamp,
    asleep: BinaryHeap<Reverse<Sleeper>>,
    naps: u64,
}

/// Who wakes when; of two that wake at one instant, the one that fell asleep first is the first.
#[derive(Debug)]
struct Sleeper {
    until: Timestamp,
    nth: u64,
    waker: Waker,
}

impl Sleeper {
    fn key(&self) -> (Timestamp, u64) {
        (self.until, self.nth)
    }
}

impl PartialEq for Sleeper {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Sleeper {}

impl PartialOrd for Sleeper {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sleeper {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Clock {
    /// A clock that stands at this instant.
    pub fn at(now: Timestamp) -> Clock {
        Clock(Arc::new(Mutex::new(Time { now, asleep: BinaryHeap::new(), naps: 0 })))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.lock().now
    }

    /// Sleeps for so many seconds, to the millisecond; a negative number is none at all.
    pub fn sleep_for(&self, seconds: f64) -> Nap {
        self.nap((seconds.max(0.0) * 1000.0).round() as i64)
    }

    /// Sleeps until this instant; one that has passed is no sleep at all.
    pub fn sleep_until(&self, until: Timestamp) -> Nap {
        Nap { clock: self.clone(), until, asleep: None }
    }

    fn nap(&self, millis: i64) -> Nap {
        let until = self.now().saturating_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX);
        self.sleep_until(until)
    }

    /// Tells all stories to their ends; gives what they came to, in their order. `None` is a story that waits for
    /// something that never comes.
    pub fn tell<T>(&self, stories: Vec<Story<'_, T>>) -> Vec<Option<T>> {
        let ready = Arc::new(Mutex::new((0..stories.len()).collect::<VecDeque<_>>()));
        let mut book: Vec<(Chapter<'_, T>, Waker)> = stories
            .into_iter()
            .enumerate()
            .map(|(which, story)| {
                let turn = Turn { which, ready: Arc::clone(&ready) };
                (Chapter::Open(story), Waker::from(Arc::new(turn)))
            })
            .collect();
        let mut open = book.len();
        // What nobody waits for any more, a time-out that was not needed, moves no time.
        while open > 0 {
            let next = ready.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            match next.and_then(|which| book.get_mut(which)) {
                Some((chapter, waker)) => {
                    if let Chapter::Open(story) = chapter
                        && let Poll::Ready(ending) = story.as_mut().poll(&mut Context::from_waker(waker))
                    {
                        *chapter = Chapter::Closed(ending);
                        open -= 1;
                    }
                }
                None => match self.wake_next() {
                    Some(waker) => waker.wake(),
                    None => break,
                },
            }
        }
        book.into_iter().map(|(chapter, _)| chapter.ending()).collect()
    }

    /// Moves the time forward to the next awakening.
    fn wake_next(&self) -> Option<Waker> {
        let mut time = self.lock();
        let Reverse(sleeper) = time.asleep.pop()?;
        time.now = time.now.max(sleeper.until);
        Some(sleeper.waker)
    }

    fn lock(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncSleep for Clock {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(self.nap(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        let millis = Clock::now(self).as_millisecond();
        let since = Duration::from_millis(millis.unsigned_abs());
        let instant = if millis < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(since)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(since)
        };
        instant.unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

/// A story's turn.
struct Turn {
    which: usize,
    ready: Arc<Mutex<VecDeque<usize>>>,
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.which);
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

/// A sleep. It costs nothing until it is waited for: the SDK asks for one at each call, as its time-out.
#[derive(Debug)]
pub struct Nap {
    clock: Clock,
    until: Timestamp,
    asleep: Option<Waker>,
}

impl Future for Nap {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut time = clock.lock();
        if time.now >= self.until {
            return Poll::Ready(());
        }
        let waker = context.waker();
        if !self.asleep.as_ref().is_some_and(|asleep| asleep.will_wake(waker)) {
            time.naps += 1;
            let sleeper = Sleeper { until: self.until, nth: time.naps, waker: waker.clone() };
            time.asleep.push(Reverse(sleeper));
            self.asleep = Some(waker.clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn stories_wake_in_the_order_of_their_instants_and_then_of_their_falling_asleep() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let heard = RefCell::new(Vec::new());
        let story = |name: &'static str, naps: &'static [f64]| -> Story<'_, f64> {
            let (clock, heard) = (clock.clone(), &heard);
            Box::pin(async move {
                for nap in naps {
                    clock.sleep_for(*nap).await;
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

    #[test]
    fn a_story_that_waits_for_nothing_that_comes_does_not_end_and_holds_up_nobody() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let stories: Vec<Story<'_, u8>> = vec![
            Box::pin(std::future::pending()),
            Box::pin(async {
                clock.sleep_for(5.0).await;
                1
            }),
        ];
        assert_eq!(clock.tell(stories), [None, Some(1)]);
    }
}
