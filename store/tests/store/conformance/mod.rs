//! What every adapter of the log must do. A new adapter implements [`harness::Backend`] and gets a `suite!` line; what it cannot do
//! it says in its `Capabilities`, and the cases that need it then check that it refuses.

mod appending;
mod concurrency;
mod forger;
mod harness;
mod idempotency;
mod interruptions;
mod processes;
mod proving;
mod quarantine;
mod reading;
mod signing;
mod verifying;

/// All cases for one backend.
macro_rules! suite {
    ($name:ident, $backend:ty: $($module:ident { $($case:ident),+ $(,)? })+) => {
        mod $name {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let backend = <$backend as crate::conformance::harness::Backend>::new().await;
                    crate::conformance::$module::$case(&backend).await;
                }
            )+)+
        }
    };
    ($($name:ident: $backend:ty),+ $(,)?) => {
        $(suite! { $name, $backend:
            appending {
                versions_count_from_one, a_wrong_expectation_is_a_conflict, any_version_appends_at_the_end,
                malformed_appends_are_refused, what_an_append_relies_on_has_to_stand, several_streams_are_one_append, a_conflict_in_one_stream_stops_all_of_them,
                conflicts_touch_no_other_append, tenants_and_categories_are_streams_of_their_own, answers_carry_the_time_of_the_log,
                everything_survives_reopening, the_chain_is_the_documented_one, payloads_are_kept_to_the_byte, a_closed_log_refuses,
            }
            reading {
                a_stream_is_read_in_pages, the_log_is_read_in_pages, filters_say_how_far_they_looked, an_empty_log_reads_as_such,
                appends_are_announced,
            }
            idempotency {
                a_key_happens_once, a_key_with_another_request_is_refused, a_refused_append_leaves_its_key_free,
                the_same_key_at_once_happens_once, keys_survive_reopening_and_are_found, keys_belong_to_tenants,
                a_replay_wins_over_a_conflict, a_key_under_which_nothing_changed_is_kept_too,
            }
            concurrency {
                writers_of_one_stream_with_retries, dropped_futures_leave_all_or_nothing, two_instances_share_one_log,
                numbers_are_never_given_twice, numbers_count_from_one_for_each_sequence,
                numbers_set_aside_are_given_to_nobody, many_callers_are_all_answered,
                a_new_log_can_be_opened_by_many_at_once,
            }
        })+
    };
}

suite! {
    sqlite: crate::conformance::harness::Sqlite,
    postgres: crate::conformance::harness::Postgres,
}

suite! { sqlite_failing, crate::conformance::harness::Sqlite: verifying { a_failed_batch_leaves_nothing_and_is_got_over } }

suite! { postgres_failing, crate::conformance::harness::Postgres: verifying { a_failed_batch_leaves_nothing_and_is_got_over } }

suite! { sqlite_verifying, crate::conformance::harness::Sqlite: verifying {
    a_sound_log_verifies, damage_is_found_where_it_is, a_cut_end_shows_with_an_anchor, an_export_verifies_alone,
    an_anchor_is_compared_or_it_is_a_failure, what_nobody_proves_is_refused_in_an_export,
    a_tenants_export_hides_the_others_and_verifies, a_damaged_export_is_noticed, an_export_may_begin_in_the_middle,
    a_skipped_version_is_noticed, python_verifies_by_the_documentation,
} }

suite! { sqlite_processes, crate::conformance::harness::Sqlite: processes {
    a_tailing_reader_misses_nothing, a_killed_writer_loses_nothing_it_acknowledged, numbers_are_unique_across_processes,
} }

suite! { postgres_processes, crate::conformance::harness::Postgres: processes {
    a_tailing_reader_misses_nothing, a_killed_writer_loses_nothing_it_acknowledged, numbers_are_unique_across_processes,
} }

suite! { postgres_interruptions, crate::conformance::harness::Postgres: interruptions {
    lost_connections_neither_lose_nor_repeat, a_commit_whose_answer_is_lost_happens_once,
    an_append_waits_for_a_lock_held_elsewhere,
} }

suite! { postgres_verifying, crate::conformance::harness::Postgres: verifying {
    a_sound_log_verifies, damage_is_found_where_it_is, a_cut_end_shows_with_an_anchor, an_export_verifies_alone,
    an_anchor_is_compared_or_it_is_a_failure, what_nobody_proves_is_refused_in_an_export,
} }

suite! { sqlite_quarantine, crate::conformance::harness::Sqlite: quarantine {
    an_event_nobody_understands_is_named_and_gone_past_in_quarantine, quarantine_changes_nothing_in_the_log,
} }

suite! { postgres_quarantine, crate::conformance::harness::Postgres: quarantine {
    an_event_nobody_understands_is_named_and_gone_past_in_quarantine, quarantine_changes_nothing_in_the_log,
} }

suite! { sqlite_proving, crate::conformance::harness::Sqlite: proving {
    a_sound_log_is_proven_and_what_is_not_is_said, every_check_goes_on_after_another_failed,
    a_payload_nobody_understands_is_found_though_the_chain_holds, a_key_destroyed_without_an_erasure_is_found,
    an_erased_person_whose_key_is_there_is_found, time_that_goes_back_is_found, numbers_twice_and_from_nowhere_are_found,
    a_removed_ticket_leaves_a_number_without_one, what_imports_set_aside_hides_no_ticket_that_is_gone, events_in_quarantine_are_said,
    an_event_that_is_understood_is_not_left_out_unseen,
} }

suite! { postgres_proving, crate::conformance::harness::Postgres: proving {
    a_sound_log_is_proven_and_what_is_not_is_said, every_check_goes_on_after_another_failed,
    a_payload_nobody_understands_is_found_though_the_chain_holds, a_key_destroyed_without_an_erasure_is_found,
    an_erased_person_whose_key_is_there_is_found, time_that_goes_back_is_found, numbers_twice_and_from_nowhere_are_found,
    a_removed_ticket_leaves_a_number_without_one, what_imports_set_aside_hides_no_ticket_that_is_gone, events_in_quarantine_are_said,
    an_event_that_is_understood_is_not_left_out_unseen,
} }

suite! { sqlite_signing, crate::conformance::harness::Sqlite: signing {
    what_is_signed_to_its_end_is_proven_whole, what_nobody_signed_is_said_and_a_failure_where_it_was_asked_for,
    a_cut_tail_is_found, a_rewritten_suffix_is_found, a_removed_ticket_behind_which_all_was_renumbered_is_found,
    changed_forged_and_missing_heads_are_found, a_head_that_cannot_be_read_is_a_check_that_failed,
    signers_at_once_make_one_chain_and_lost_counts_are_made_again,
    an_export_shows_that_nothing_of_its_tenant_was_left_out, swapped_leaves_and_removed_heads_of_an_export_are_found,
} }

suite! { postgres_signing, crate::conformance::harness::Postgres: signing {
    what_is_signed_to_its_end_is_proven_whole, what_nobody_signed_is_said_and_a_failure_where_it_was_asked_for,
    a_cut_tail_is_found, a_rewritten_suffix_is_found, a_removed_ticket_behind_which_all_was_renumbered_is_found,
    changed_forged_and_missing_heads_are_found, a_head_that_cannot_be_read_is_a_check_that_failed,
    signers_at_once_make_one_chain_and_lost_counts_are_made_again,
    an_export_shows_that_nothing_of_its_tenant_was_left_out, swapped_leaves_and_removed_heads_of_an_export_are_found,
} }

suite! { sqlite_signing_elsewhere, crate::conformance::harness::Sqlite: signing {
    a_program_elsewhere_signs, python_checks_signatures_and_proofs_by_the_documentation,
} }
