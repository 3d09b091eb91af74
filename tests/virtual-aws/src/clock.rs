//! Virtual time: stories that sleep, and the order in which they wake. Nothing here waits.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use jiff::{SignedDuration, Timestamp};

/// A story: what it comes to is known at its end.
pub type Story<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Where a story leaves others that begin while it is told.
#[derive(Clone)]
pub struct Nursery<T>(Rc<RefCell<Vec<Story<'static, T>>>>);

impl<T> Default for Nursery<T> {
    fn default() -> Nursery<T> {
        Nursery(Rc::default())
    }
}

impl<T> Nursery<T> {
    /// This story begins with the next turn.
    pub fn add(&self, story: Story<'static, T>) {
        self.0.borrow_mut().push(story);
    }
}

/// What time it is, and who sleeps until when. Copies share both.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Debug)]
struct Time {
    now: Timestamp,
    /// Who wakes when; of two that wake at one instant, the one that fell asleep first is the first.
    asleep: BTreeMap<Place, Waker>,
    naps: u64,
}

/// The instant of an awakening, and the number of the sleep.
type Place = (Timestamp, u64);

impl Clock {
    /// A clock that stands at this instant.
    pub fn at(now: Timestamp) -> Clock {
        Clock(Arc::new(Mutex::new(Time { now, asleep: BTreeMap::new(), naps: 0 })))
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
        Nap { clock: self.clone(), until, place: None }
    }

    fn nap(&self, millis: i64) -> Nap {
        let until = self.now().saturating_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX);
        self.sleep_until(until)
    }

    /// Tells all stories to their ends; gives what they came to, in their order. `None` is a story that waits for
    /// something that never comes.
    pub fn tell<T>(&self, stories: Vec<Story<'_, T>>) -> Vec<Option<T>> {
        self.tell_more(stories, &Nursery::default())
    }

    /// The same, with the stories that others leave in the nursery meanwhile: they come last, in their order.
    pub fn tell_more<T>(&self, stories: Vec<Story<'_, T>>, nursery: &Nursery<T>) -> Vec<Option<T>> {
        let ready = Arc::new(Mutex::new((0..stories.len()).collect::<VecDeque<_>>()));
        let mut book: Vec<(Chapter<'_, T>, Waker)> = stories
            .into_iter()
            .enumerate()
            .map(|(which, story)| {
                let turn = Turn { which, ready: Arc::clone(&ready) };
                (Chapter::Open(story), Waker::from(Arc::new(turn)))
            })
            .collect();
        loop {
            let next = ready.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            match next.and_then(|which| book.get_mut(which)) {
                Some((chapter, waker)) => {
                    if let Chapter::Open(story) = chapter
                        && let Poll::Ready(ending) = story.as_mut().poll(&mut Context::from_waker(waker))
                    {
                        *chapter = Chapter::Closed(ending);
                    }
                    for story in nursery.0.take() {
                        let turn = Turn { which: book.len(), ready: Arc::clone(&ready) };
                        let waker = Waker::from(Arc::new(turn));
                        waker.wake_by_ref();
                        book.push((Chapter::Open(story), waker));
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
        let ((until, _), waker) = time.asleep.pop_first()?;
        time.now = time.now.max(until);
        Some(waker)
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

/// A sleep. It costs nothing until it is waited for, and one that is dropped wakes nobody and moves no time: the SDK
/// asks for one at each attempt, as its time-out, and drops it when the answer is there.
#[derive(Debug)]
pub struct Nap {
    clock: Clock,
    until: Timestamp,
    place: Option<Place>,
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
        match self.place.and_then(|place| time.asleep.get_mut(&place)) {
            Some(known) => known.clone_from(waker),
            None => {
                time.naps += 1;
                let place = (self.until, time.naps);
                time.asleep.insert(place, waker.clone());
                self.place = Some(place);
            }
        }
        Poll::Pending
    }
}

impl Drop for Nap {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            // A waker may hold sleeps of its own: it is dropped when the clock is free again.
            let waker = self.clock.lock().asleep.remove(&place);
            drop(waker);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::poll_fn;
    use std::pin::pin;

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

    #[test]
    fn a_story_may_leave_others_that_begin_then() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let nursery = Nursery::default();
        let (inner, left) = (clock.clone(), nursery.clone());
        let story: Story<'_, i64> = Box::pin(async {
            clock.sleep_for(5.0).await;
            left.add(Box::pin(async move {
                inner.sleep_for(2.0).await;
                inner.now().as_second()
            }));
            1
        });
        assert_eq!(clock.tell_more(vec![story], &nursery), [Some(1), Some(7)]);
    }

    #[test]
    fn a_sleep_that_is_dropped_wakes_nobody_and_moves_no_time() {
        let clock = Clock::at(Timestamp::UNIX_EPOCH);
        let polls = RefCell::new(0);
        let story = async {
            let mut call = pin!(clock.sleep_for(1.0));
            let mut timeout = Some(Box::pin(clock.sleep_for(2.0)));
            poll_fn(|context| {
                *polls.borrow_mut() += 1;
                if let Some(timeout) = &mut timeout {
                    assert!(timeout.as_mut().poll(context).is_pending());
                }
                call.as_mut().poll(context)
            })
            .await;
            timeout = None;
            assert!(timeout.is_none());
            clock.sleep_for(4.0).await;
            // One is still held when the story ends.
            let mut late = Box::pin(clock.sleep_for(60.0));
            poll_fn(|context| Poll::Ready(late.as_mut().poll(context).is_pending())).await
        };
        assert_eq!(clock.tell(vec![Box::pin(story) as Story<'_, bool>]), [Some(true)]);
        assert_eq!(*polls.borrow(), 2, "asked at its beginning and at its end");
        assert_eq!(clock.now().as_second(), 5);
        assert!(clock.lock().asleep.is_empty());
    }
}
