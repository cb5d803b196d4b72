//! Proves what must hold for any register and any question.

use crate::build::{PLAIN, coverage_with, facts, query, whose};
use domain::query::RawQuery;
use domain::{Date, RegistrationStatus, Verdict, decide};
use proptest::prelude::*;

fn any_day() -> impl Strategy<Value = Date> {
    (0i64..4000).prop_map(|n| {
        jiff::civil::date(2018, 1, 1).checked_add(jiff::Span::new().days(n)).expect("a case of the table")
    })
}

proptest! {
    #[test]
    fn valid_means_in_force_and_only_valid_answers_name_a_share(
        asked in any_day(), from in any_day(), lost in proptest::option::of(any_day()), expires in proptest::option::of(any_day()),
        deleted in any::<bool>(),
    ) {
        let coverage = coverage_with(|c| {
            c.qualification_date = from;
            c.disqualification_date = lost;
            c.insured_card_expiration_date = expires;
            if deleted { c.registration_status = RegistrationStatus::Deleted; }
        });
        let text = domain::date::format(asked);
        let query = query(RawQuery { qualification_confirmation_date: &text, ..PLAIN });
        let register = [whose(1, coverage.clone())];
        let facts = facts(&query, &register);
        let decision = decide(&query, &facts);
        prop_assert_eq!(decision.verdict == Verdict::Valid, coverage.in_force(asked));
        prop_assert_eq!(decision.share.is_some(), decision.verdict.is_valid());
        prop_assert!(decision.verdict.is_valid() || !decision.hints.is_empty());
    }

    #[test]
    fn a_stranger_in_the_register_changes_no_answer(asked in any_day(), number in "[0-9]{1,6}") {
        prop_assume!(number.trim_start_matches('0') != "4260");
        let text = domain::date::format(asked);
        let query = query(RawQuery { qualification_confirmation_date: &text, ..PLAIN });
        let alone = [whose(1, coverage_with(|_| {}))];
        let stranger = coverage_with(|c| c.insured_identification_number = number.parse().expect("a case of the table"));
        let both = [alone[0].clone(), whose(2, stranger)];
        let (a, b) = (facts(&query, &alone), facts(&query, &both));
        prop_assert_eq!(decide(&query, &a), decide(&query, &b));
    }

    #[test]
    fn what_more_facts_are_needed_for_is_never_missing(asked in any_day(), lost in proptest::option::of(any_day())) {
        let text = domain::date::format(asked);
        let query = query(RawQuery { qualification_confirmation_date: &text, ..PLAIN });
        let register = [whose(1, coverage_with(|c| c.disqualification_date = lost))];
        let all = facts(&query, &register);
        let needed = domain::eligibility::more_facts_needed(&query, &all.matched);
        let mut few = all.clone();
        if needed == domain::eligibility::MoreFacts::None { few.others.clear(); few.near.clear(); }
        prop_assert_eq!(decide(&query, &all), decide(&query, &few));
    }
}
