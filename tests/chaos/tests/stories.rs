//! Stories are the same each time they are told, are shrunk to what matters, and are counted.

#![allow(clippy::unwrap_used, reason = "a test may end where it is")]

use chaos::{Count, FAULTS, PEOPLE, Story, VERDICTS, shrink};
use virtual_aws::Definition;

#[test]
fn a_seed_tells_the_same_story_each_time() {
    let definition = Definition::of_the_product().unwrap();
    for seed in [3, 8, 78] {
        let [first, second] = [(); 2].map(|()| Story::of(seed).tell(&definition).unwrap());
        assert_eq!(first.lines, second.lines, "seed {seed}");
        // Of requests only what they hold is the same: the SDK sends attributes in any order.
        let kept = [&first, &second].map(|told| {
            let record = &told.record;
            let calls: Vec<_> =
                record.calls.iter().map(|call| (call.at, &call.operation, call.taken)).collect();
            format!("{:?}", (calls, &record.turns, &record.ledger, &record.messages, &record.executions))
        });
        assert_eq!(kept[0], kept[1], "seed {seed}");
        assert!(!first.record.calls.is_empty() && first.violations.is_empty(), "{:?}", first.violations);
    }
    assert_ne!(Story::of(3).to_string(), Story::of(4).to_string());
}

#[test]
fn a_story_is_shrunk_to_the_events_that_matter() {
    let story = (1..).map(Story::of).find(|story| story.events.len() == 8).unwrap();
    let numbers = |story: &Story| story.events.iter().map(|(number, _)| *number).collect::<Vec<_>>();
    let least = shrink(&story, |story| [2, 5].iter().all(|number| numbers(story).contains(number)));
    assert_eq!(numbers(&least), [2, 5]);
    assert_eq!(numbers(&story.keeping(&numbers(&least))), [2, 5], "and is told again by their numbers");
    assert_eq!(numbers(&shrink(&story, |_| true)), Vec::<usize>::new());
}

/// Stories of which one in many thousand comes: each broke a rule once, by the product or by a referee who was too strict.
#[test]
fn stories_that_broke_a_rule_once_break_none() {
    let definition = Definition::of_the_product().unwrap();
    let stories: [(u64, &[usize]); 6] = [
        (38_665, &[1, 3, 4, 5]),
        (44_436, &[0, 1, 3]),
        (46_362, &[0, 4]),
        (46_975, &[0]),
        (50_966, &[0, 2, 4]),
        (72_984, &[2, 3]),
    ];
    for (seed, events) in stories {
        let told = Story::of(seed).keeping(events).tell(&definition).unwrap();
        assert!(told.violations.is_empty(), "seed {seed}: {:?}", told.violations);
    }
}

/// SNS is away for five hours, and a run and both that were to close it out end in them. A sweep of a later hour tells it.
#[test]
fn a_story_goes_on_until_what_trouble_has_kept_back_is_told() {
    let definition = Definition::of_the_product().unwrap();
    let told = Story::of(34_222).keeping(&[0, 3]).tell(&definition).unwrap();
    assert!(told.violations.is_empty(), "{:?}", told.violations);
    let back = told.record.faults.iter().max().unwrap();
    assert!(told.record.messages.iter().any(|message| message.at > *back), "{:?}", told.lines);
}

#[test]
fn what_came_too_seldom_is_named() {
    let definition = Definition::of_the_product().unwrap();
    let mut count = Count::default();
    for seed in 1..=2 {
        let story = Story::of(seed);
        count.take(&story, &story.tell(&definition).unwrap());
    }
    let all = FAULTS.len() + PEOPLE.len() + VERDICTS.len();
    assert!(count.too_seldom(3, 3).len() >= all, "of two seeds no kind comes in three");
    assert_eq!(count.too_seldom(0, 0), Vec::<String>::new());
    let mut twice = count.clone();
    twice.add(&count);
    assert_eq!(twice.seeds, 4);
}
