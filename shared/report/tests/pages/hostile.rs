//! Whatever a database, a person or DMS calls things: the page stays a page.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use migration::run::verdict::Outcome;
use plan::finding::Severity;
use report::page::{Act, Ending, Lag, Message, Night, Page, Place, Span, Table, Tables, Verdict};
use support::cases::minute;

use crate::markup::written;

const NAMES: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style><script>1</script>",
    "</title></svg></pre>]]>--><!--",
    "&lt;b&gt; & &amp; &#x3c;",
    "\u{202e}txt.exe\u{2066}\u{200b}\u{0}\u{1b}[31m\u{85}\u{2028}",
    "javascript:alert(1) url(http://192.0.2.1/)",
    "שלום 你好 \u{fdd0}\u{ffff}",
];

/// A page in which every text is this one.
fn full_of(text: &str, tables: usize, others: usize) -> Page {
    let all = |nth: usize| format!("{text}{nth}");
    let verdict = Verdict {
        outcome: Outcome::PartlyFailed,
        severity: Severity::Error,
        reasons: (0..others).map(all).collect(),
        to_do: (0..others).map(|nth| format!("{text}: aws {text} {nth}")).collect(),
    };
    let span = |nth: usize| Span::between(minute(nth as i64), minute(nth as i64 + 5));
    let listed = (0..tables)
        .map(|nth| {
            Table::new(format!("{text}.{nth}"), ["Table completed", text][nth % 2], nth as u64)
                .loaded(span(nth % 400))
        })
        .collect();
    let mut night = Night::new(Ending::Over(verdict), Some(Span::between(minute(0), minute(420))));
    night.window = Some(Span::between(minute(0), minute(420)));
    night.load = Some(span(3));
    night.tables = Tables::all(listed);
    night.acts =
        (0..others).map(|nth| Act { at: minute(nth as i64 % 420), word: all(nth), why: all(nth) }).collect();
    night.lag = Lag::new(
        (0..others * 10).map(|nth| (minute(0) + SignedDuration::from_secs(nth as i64), nth as u32)),
        Some(60),
    );
    night.messages = (0..others)
        .map(|nth| Message {
            at: minute(nth as i64 % 420),
            subject: all(nth),
            text: format!("{text}\n{text}\r\n{nth}"),
        })
        .collect();
    let mut page = Page::new(text, TimeZone::UTC, night);
    let [account, region, stack, execution] = [text; 4].map(str::to_owned);
    page.place = Some(Place { account, region, stack, execution });
    page.note = text.to_owned();
    page.understood = (0..others).map(|nth| (all(nth), all(nth))).collect();
    page
}

#[test]
fn no_name_is_anything_but_a_name() {
    for name in NAMES {
        let html = written(&full_of(name, 3, 3));
        for part in ["<script", "<img", "onerror=alert(1)>", "\" onmouseover", "-->"] {
            assert!(!html.contains(part), "{name}: {part}");
        }
    }
    let html = written(&full_of("<b>&\"'", 1, 1));
    assert!(html.contains("&lt;b&gt;&amp;&quot;'"), "what was meant is still read");
}

#[test]
fn any_number_of_tables_and_texts_of_any_length_fit_into_the_page() {
    for text in ["<\"&".repeat(4_000), "\u{1fff0}é\n".repeat(4_000)] {
        let html = written(&full_of(&text, 5_000, 300));
        assert!(html.contains(" more tables; 2,500 of 5,000 are complete"), "the others are counted");
        for what in ["reasons", "steps", "acts", "messages", "sentences"] {
            assert!(html.contains(&format!(" more {what}")), "{what} that are left out are counted");
        }
        let night = full_of(&text, 250, 300).last().clone();
        let nights = (0..33).fold(full_of(&text, 5, 5), |page, _| page.and(night.clone()));
        assert!(written(&nights).contains("and 3 more nights"));
    }
}

#[test]
fn the_tables_to_look_at_and_the_longest_loads_are_shown_first() {
    let html = written(&full_of("t", 5_000, 1));
    let rows: Vec<&str> = html.split("<td class=\"name\">").skip(1).collect();
    assert_eq!(rows.len(), 200);
    assert!(rows.iter().all(|row| row.contains("<td class=\"bad\">t</td>")), "2,500 are in error");
}
