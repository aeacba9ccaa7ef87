//! The eight promises, a file for each. The first lines of a file name the tests elsewhere that check the
//! same promise.

mod a_run_depends_on_nobody_watching_it;
mod a_run_outlives_its_process;
mod a_tenant_is_never_mixed_up;
mod credentials_stay_where_they_belong;
mod it_never_gets_a_profile_suspended;
mod nothing_is_called_deleted_that_is_not;
mod nothing_is_sent_twice_that_must_not_be;
mod one_outcome_per_post;
