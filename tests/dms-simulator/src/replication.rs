//! When a task replicated changes, and how far behind it was.

use jiff::Timestamp;

use crate::scenario::{Lag, LagSpan};
use crate::time;

const MINUTE: i64 = 60;

/// One minute of the metrics `CDCLatencySource` and `CDCLatencyTarget` of a task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LagPoint {
    pub at: Timestamp,
    /// `CDCLatencySource`, in seconds.
    pub source: f64,
    /// `CDCLatencyTarget`, in seconds.
    pub target: f64,
}

/// Every time that a task replicated.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replication {
    runs: Vec<Run>,
}

#[derive(Debug, Clone)]
struct Run {
    began: Timestamp,
    ended: Option<Timestamp>,
    halts: Vec<(Timestamp, Option<Timestamp>)>,
}

impl Replication {
    /// Changes flow from now on, or again.
    pub(crate) fn flow(&mut self, at: Timestamp) {
        match self.going() {
            Some(run) => run.go_on(at),
            None => self.runs.push(Run { began: at, ended: None, halts: Vec::new() }),
        }
    }

    /// Nothing moves for a while; the metrics go on, and grow.
    pub(crate) fn halt(&mut self, at: Timestamp) {
        if let Some(run) = self.going()
            && run.halts.last().is_none_or(|(_, until)| until.is_some())
        {
            run.halts.push((at, None));
        }
    }

    /// The task stops, and its metrics with it.
    pub(crate) fn end(&mut self, at: Timestamp) {
        if let Some(run) = self.going() {
            run.go_on(at);
            run.ended = Some(at);
        }
    }

    /// Whether the task replicates now, moving or not.
    pub(crate) fn is_going(&self) -> bool {
        self.runs.last().is_some_and(|run| run.ended.is_none())
    }

    fn going(&mut self) -> Option<&mut Run> {
        self.runs.last_mut().filter(|run| run.ended.is_none())
    }

    /// The points from `from` on and before `until` that CloudWatch shows by now.
    pub(crate) fn points(
        &self,
        lag: &Lag,
        now: Timestamp,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<LagPoint> {
        let shown = time::before(now, lag.delay_seconds);
        let mut points = Vec::new();
        for run in &self.runs {
            let ended = run.ended.unwrap_or(Timestamp::MAX).min(until);
            let mut second = minute_from(run.began.max(from));
            while let Some(at) = Timestamp::from_second(second).ok().filter(|at| *at < ended && *at <= shown)
            {
                points.extend(run.point(lag, at));
                second += MINUTE;
            }
        }
        points
    }
}

/// The first whole minute at or after an instant, in epoch seconds.
fn minute_from(at: Timestamp) -> i64 {
    let whole = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    whole + (MINUTE - whole.rem_euclid(MINUTE)) % MINUTE
}

/// A span in which the lag grows, in seconds since replication began.
struct Rise {
    after: f64,
    until: f64,
    /// How far; by its own length where this is not given.
    to: Option<f64>,
}

impl Run {
    fn go_on(&mut self, at: Timestamp) {
        if let Some((_, until @ None)) = self.halts.last_mut() {
            *until = Some(at);
        }
    }

    fn point(&self, lag: &Lag, at: Timestamp) -> Option<LagPoint> {
        let passed = time::between(self.began, at);
        if lag.gaps.iter().any(|gap| gap.covers(passed)) {
            return None;
        }
        let behind = self.behind(lag, passed, at);
        let share = lag.source_share.clamp(0.0, 1.0);
        let millis = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
        Some(LagPoint { at, source: millis(behind * share), target: millis(behind) })
    }

    /// How far behind the task is, so many seconds after replication began: it falls steadily, down to the floor,
    /// except in the spans in which it rises.
    fn behind(&self, lag: &Lag, passed: f64, now: Timestamp) -> f64 {
        let fallen = |behind: f64, seconds: f64| {
            (behind - lag.catch_up_per_second.max(0.0) * seconds).max(lag.floor_seconds.min(behind))
        };
        let (mut at, mut behind) = (0.0, lag.behind_seconds.max(lag.floor_seconds));
        for rise in self.rises(lag, now) {
            let begins = rise.after.max(at);
            let ends = rise.until.min(passed);
            if ends <= begins {
                continue;
            }
            behind = fallen(behind, begins - at);
            behind = match rise.to {
                None => behind + ends - begins,
                Some(to) => behind + (to - behind).max(0.0) * (ends - begins) / (rise.until - begins),
            };
            at = ends;
        }
        fallen(behind, passed - at)
    }

    fn rises(&self, lag: &Lag, now: Timestamp) -> Vec<Rise> {
        let halts = self.halts.iter().map(|(from, until)| Rise {
            after: time::between(self.began, *from),
            until: time::between(self.began, until.unwrap_or(now).min(now)),
            to: None,
        });
        let spikes = lag.spikes.iter().map(|spike| Rise {
            after: spike.after_seconds,
            until: spike.after_seconds + spike.for_seconds,
            to: Some(spike.to_seconds),
        });
        let mut rises: Vec<Rise> = halts.chain(spikes).collect();
        rises.sort_by(|one, other| one.after.total_cmp(&other.after));
        rises
    }
}

impl LagSpan {
    fn covers(&self, seconds: f64) -> bool {
        (self.after_seconds..self.after_seconds + self.for_seconds).contains(&seconds)
    }
}
