//! How far a replication was behind, as a curve on the axis of its night, and as a table.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use migration::message::numbers::grouped;

use super::axis::Axis;
use super::chart::{axis_lane, percent};
use super::clock::{Clock, length};
use super::room::fitting;
use crate::page::Night;

/// The most points that are drawn in all nights, in twos: the lowest and the highest of a stretch of time.
const MAX_POINTS: usize = 1_200;

/// The most points that are drawn in one.
const NIGHTS_POINTS: usize = 400;

/// The most points of the table, and the bytes that it may take.
const MAX_ROWS: usize = 40;
const ROWS_ROOM: usize = 30_000;

/// Without a point for so long the curve is broken: nobody knows how it went on.
const GAP: SignedDuration = SignedDuration::from_mins(20);

/// How high the drawing is, in pixels.
const HEIGHT: usize = 150;

/// A point: when, and by how many seconds.
type Point = (Timestamp, u32);

/// The curve of a night and its table; nothing where less than two points are known.
pub(super) fn curve(night: &Night, clock: Clock<'_>, share: usize) -> Markup {
    let points = night.lag.points();
    let Some(axis) = Axis::of(night).filter(|_| points.len() > 1) else { return html! {} };
    let Some(highest) = points.iter().max_by_key(|(_, seconds)| *seconds) else { return html! {} };
    let Some(last) = points.last() else { return html! {} };
    let top = nice(highest.1.max(night.lag.limit().unwrap_or(0)));
    let words = format!(
        "at most {} at {}, at last {} at {}",
        seconds(highest.1),
        clock.minute(highest.0),
        seconds(last.1),
        clock.minute(last.0)
    );
    html! {
        h3 { "How far the replication was behind" }
        figure class="chart" {
            (axis_lane(axis, clock))
            div class="lane" {
                div class="label" { b { "Lag" } span { "at most " (seconds(highest.1)) } }
                svg role="img" width="100%" height=(HEIGHT) {
                    title { "Lag: " (words) }
                    desc { "The table below has the points." }
                    @for (place, _) in axis.ticks(clock) {
                        line class="tick" x1=(percent(place)) x2=(percent(place)) y1="0" y2="100%" {}
                    }
                    @for quarter in 0..=2_u32 {
                        line class="tick" x1="0" x2="100%" y1=(percent(f64::from(quarter) * 50.0)) y2=(percent(f64::from(quarter) * 50.0)) {}
                    }
                    @if let Some(limit) = night.lag.limit() {
                        line class="limit" x1="0" x2="100%" y1=(percent(height(limit, top))) y2=(percent(height(limit, top))) {}
                    }
                    // The curve's own places are stretched over the drawing; its line keeps its width.
                    svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none" {
                        @for piece in pieces(&thinned(points, (MAX_POINTS / share).min(NIGHTS_POINTS))) {
                            polyline class="lag" vector-effect="non-scaling-stroke" points=(path(&piece, axis, top)) {}
                        }
                    }
                    text x="4" y="12" { (seconds(top)) }
                    text x="4" y=(HEIGHT / 2 - 3) { (seconds(top / 2)) }
                }
            }
            figcaption {
                "Seconds from a change in the source until it is in the target, as DMS publishes it."
                @if let Some(limit) = night.lag.limit() {
                    " The broken line is where the plan says that it has caught up: " (seconds(limit)) "."
                }
            }
        }
        (table(points, clock, share))
    }
}

/// Some of the points: as many as a person reads, the first, the last and the highest among them.
fn table(points: &[Point], clock: Clock<'_>, share: usize) -> Markup {
    let thinned = thin(points, MAX_ROWS);
    let shown = fitting(thinned.iter(), (MAX_ROWS, ROWS_ROOM / share), |(at, lag)| {
        html! { tr { td { (clock.time(*at)) } td class="number" { (grouped(u64::from(*lag))) " s" } } "\n" }
    });
    html! {
        details {
            summary { "The lag in figures: " (shown.written.len()) " of " (points.len()) " points" }
            table {
                thead { tr { th scope="col" { "Time" } th scope="col" class="number" { "Lag" } } }
                tbody { @for row in &shown.written { (row) } }
            }
        }
        "\n"
    }
}

/// At most `most` points, and always the highest of each stretch of time and the last of all.
fn thin(points: &[Point], most: usize) -> Vec<Point> {
    let size = points.len().div_ceil(most.saturating_sub(1).max(1)).max(1);
    let highest = |stretch: &[Point]| stretch.iter().copied().max_by_key(|(_, seconds)| *seconds);
    let mut thin: Vec<Point> = points.chunks(size).filter_map(highest).collect();
    if let Some(last) = points.last()
        && thin.last() != Some(last)
    {
        thin.push(*last);
    }
    thin
}

/// The lowest and the highest point of each stretch of time: what stands out stays.
fn thinned(points: &[Point], most: usize) -> Vec<Point> {
    if points.len() <= most {
        return points.to_vec();
    }
    let size = points.len().div_ceil((most / 2).max(1));
    let ends = |stretch: &[Point]| {
        let low = stretch.iter().copied().min_by_key(|(_, seconds)| *seconds);
        let high = stretch.iter().copied().max_by_key(|(_, seconds)| *seconds);
        let mut ends: Vec<Point> = low.into_iter().chain(high).collect();
        ends.sort();
        ends.dedup();
        ends
    };
    points.chunks(size).flat_map(ends).collect()
}

/// The points, broken where none is known for long.
fn pieces(points: &[Point]) -> Vec<Vec<Point>> {
    points.chunk_by(|one, next| next.0.duration_since(one.0) <= GAP).map(<[Point]>::to_vec).collect()
}

/// A piece of the curve, in hundredths of the drawing. A single point is a short line, so that it is seen.
fn path(piece: &[Point], axis: Axis, top: u32) -> String {
    let mut places: Vec<(f64, f64)> =
        piece.iter().filter_map(|(at, seconds)| Some((axis.place(*at)?, height(*seconds, top)))).collect();
    if let [(x, y)] = places[..] {
        places = vec![((x - 0.3).max(0.0), y), ((x + 0.3).min(100.0), y)];
    }
    places.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect::<Vec<_>>().join(" ")
}

/// How far from above a number of seconds stands, in percent.
fn height(seconds: u32, top: u32) -> f64 {
    100.0 - f64::from(seconds.min(top)) / f64::from(top.max(1)) * 98.0 - 1.0
}

/// The number above at which an axis ends: a round one, as people count seconds, minutes and hours.
fn nice(seconds: u32) -> u32 {
    const ROUND: [u32; 16] =
        [4, 10, 20, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 172_800];
    let days = seconds.div_ceil(172_800).saturating_mul(172_800);
    ROUND.into_iter().find(|round| *round >= seconds).unwrap_or(days)
}

fn seconds(seconds: u32) -> String {
    length(SignedDuration::from_secs(i64::from(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(minute: i64, seconds: u32) -> Point {
        (Timestamp::from_second(1_700_000_000 + minute * 60).unwrap(), seconds)
    }

    #[test]
    fn what_stands_out_stays_when_points_are_left_out() {
        let points: Vec<Point> =
            (0..5_000).map(|minute| point(minute, if minute == 3_333 { 900 } else { 5 })).collect();
        for few in [thinned(&points, 400), thin(&points, MAX_ROWS)] {
            assert!(few.len() <= 400 && few.contains(&point(3_333, 900)), "{}", few.len());
            assert!(few.is_sorted());
        }
        let few = thin(&points, MAX_ROWS);
        assert!(few.len() <= MAX_ROWS && few.last() == points.last(), "{}", few.len());
        assert_eq!(thin(&points[..3], MAX_ROWS), points[..3]);
    }

    #[test]
    fn the_curve_is_broken_where_nothing_is_known() {
        let points = [point(0, 1), point(1, 2), point(40, 3), point(41, 4), point(100, 5)];
        let lengths: Vec<usize> = pieces(&points).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2, 1]);
    }

    #[test]
    fn the_axis_ends_at_a_round_number_that_is_not_exceeded() {
        assert_eq!([0, 4, 5, 61, 3_600, 200_000].map(nice), [4, 4, 10, 120, 3_600, 345_600]);
        assert!(nice(u32::MAX) == u32::MAX);
        assert_eq!((height(0, 10), height(10, 10)), (99.0, 1.0));
    }
}
