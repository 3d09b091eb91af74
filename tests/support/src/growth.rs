//! How the time of some work grows with its size. CPU time of one thread is steady on a busy machine, time on the wall
//! is not.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// The CPU time of some work: the lesser of two runs, of as many as fit into a moment when it is short.
pub fn cpu_time<T>(work: impl Fn() -> T) -> Duration {
    const ENOUGH: Duration = Duration::from_millis(10);
    let mut least = Duration::MAX;
    for _ in 0..2 {
        let (begin, mut runs) = (ThreadTime::now(), 0);
        while runs == 0 || begin.elapsed() < ENOUGH {
            black_box(work());
            runs += 1;
        }
        least = least.min(begin.elapsed() / runs);
    }
    least
}

/// What some work came to, and its CPU time: for work of seconds, whose time need not be exact.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begin = ThreadTime::now();
    let done = work();
    (done, begin.elapsed())
}
