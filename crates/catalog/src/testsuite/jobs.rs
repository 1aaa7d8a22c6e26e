//! The laws of [`JobQueue`].

use jiff::{SignedDuration, Timestamp};

use crate::{
    Job, JobEnd, JobFilter, JobId, JobProgress, JobQueue, JobState, Lease, NewJob, RETRY_ATTEMPTS,
};

const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// Runs every law, each on a fresh queue.
pub fn run_all<Q: JobQueue>(fresh: impl Fn() -> Q) {
    let laws: [fn(&dyn JobQueue); 10] = [
        jobs_are_taken_in_order_and_once,
        a_lease_that_runs_out_frees_the_job,
        a_failure_is_tried_again_until_it_is_given_up,
        only_the_kinds_asked_for_are_taken,
        one_key_is_queued_once,
        progress_is_told_by_the_worker_that_has_the_job,
        a_cancelled_job_ends,
        a_failed_job_can_be_queued_again,
        a_worker_that_stops_gives_its_job_back,
        lists_are_cut_and_old_jobs_forgotten,
    ];
    for law in laws {
        law(&fresh());
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn new_job(kind: &str, run_at: i64, max_attempts: u32) -> NewJob {
    NewJob {
        kind: kind.to_owned(),
        payload: "{}".to_owned(),
        run_at: at(run_at),
        max_attempts,
        key: None,
        asked_by: Some("lan".to_owned()),
    }
}

fn enqueue(queue: &dyn JobQueue, kind: &str, run_at: i64, max_attempts: u32) -> JobId {
    let job = new_job(kind, run_at, max_attempts);
    queue.enqueue(&job, at(0)).unwrap()
}

fn claim(queue: &dyn JobQueue, second: i64) -> Option<Job> {
    queue.claim(&["work"], at(second), LEASE).unwrap()
}

fn finish(queue: &dyn JobQueue, job: &Job, end: JobEnd<'_>, second: i64) -> bool {
    queue.finish(job, end, at(second)).unwrap()
}

fn renew(queue: &dyn JobQueue, job: &Job, second: i64) -> Lease {
    let progress = JobProgress::default();
    queue.renew(job, &progress, at(second), LEASE).unwrap()
}

fn all(queue: &dyn JobQueue) -> Vec<Job> {
    queue.jobs(&JobFilter::default(), 10).unwrap()
}

fn jobs_are_taken_in_order_and_once(queue: &dyn JobQueue) {
    let later = enqueue(queue, "work", 5, 1);
    let sooner = enqueue(queue, "work", 3, 1);
    assert_eq!(claim(queue, 2), None);
    assert_eq!(claim(queue, 6).unwrap().id, sooner);
    let second = claim(queue, 6).unwrap();
    assert_eq!(
        (second.id, second.state, second.n_attempts),
        (later, JobState::Running, 1)
    );
    assert_eq!(second.asked_by.as_deref(), Some("lan"));
    assert_eq!(claim(queue, 6), None);
    assert!(finish(queue, &second, JobEnd::Done("{\"n\":1}"), 7));
    let jobs = all(queue);
    assert_eq!(
        jobs.iter().map(|j| j.id).collect::<Vec<_>>(),
        [sooner, later]
    );
    assert_eq!(
        (jobs[1].state, jobs[1].outcome.as_deref()),
        (JobState::Done, Some("{\"n\":1}"))
    );
    assert_eq!(
        (jobs[1].created_at, jobs[1].started_at, jobs[1].finished_at),
        (at(0), Some(at(6)), Some(at(7)))
    );
}

fn a_lease_that_runs_out_frees_the_job(queue: &dyn JobQueue) {
    enqueue(queue, "work", 0, 3);
    let dead = claim(queue, 1).unwrap();
    assert_eq!(renew(queue, &dead, 5), Lease::Held);
    assert_eq!(claim(queue, 14), None, "the lease was prolonged to 15");
    let next = claim(queue, 16).unwrap();
    assert_eq!((next.id, next.n_attempts), (dead.id, 2));
    assert_eq!(renew(queue, &dead, 16), Lease::Lost);
    assert!(!finish(queue, &dead, JobEnd::Done("late"), 17));
    assert!(finish(queue, &next, JobEnd::Done("done"), 17));
    assert_eq!(all(queue)[0].outcome.as_deref(), Some("done"));
}

fn a_failure_is_tried_again_until_it_is_given_up(queue: &dyn JobQueue) {
    enqueue(queue, "work", 0, 2);
    let first = claim(queue, 1).unwrap();
    assert!(finish(
        queue,
        &first,
        JobEnd::Again("no network", at(60)),
        2
    ));
    assert_eq!(claim(queue, 59), None);
    let second = claim(queue, 60).unwrap();
    assert!(finish(
        queue,
        &second,
        JobEnd::Again("still none", at(90)),
        61
    ));
    assert_eq!(claim(queue, 1000), None);
    let job = all(queue).remove(0);
    assert_eq!(
        (job.state, job.outcome.as_deref(), job.finished_at),
        (JobState::Failed, Some("still none"), Some(at(61)))
    );
    enqueue(queue, "work", 0, 1);
    claim(queue, 2000).unwrap();
    assert_eq!(claim(queue, 3000), None, "it died at its only attempt");
    let job = all(queue).remove(0);
    assert_eq!(job.state, JobState::Failed);
    assert!(job.outcome.unwrap().contains("died"));
    enqueue(queue, "work", 0, 5);
    let hopeless = claim(queue, 3001).unwrap();
    assert!(finish(
        queue,
        &hopeless,
        JobEnd::Failed("no such path"),
        3002
    ));
    assert_eq!(all(queue)[0].state, JobState::Failed);
}

fn only_the_kinds_asked_for_are_taken(queue: &dyn JobQueue) {
    enqueue(queue, "other", 0, 1);
    assert_eq!(claim(queue, 1), None);
    let kinds = ["work", "other"];
    assert!(queue.claim(&kinds, at(1), LEASE).unwrap().is_some());
}

fn one_key_is_queued_once(queue: &dyn JobQueue) {
    let keyed = NewJob {
        key: Some("index".to_owned()),
        ..new_job("work", 0, 1)
    };
    let first = queue.enqueue(&keyed, at(0)).unwrap();
    assert_eq!(queue.enqueue(&keyed, at(1)).unwrap(), first);
    let running = claim(queue, 1).unwrap();
    assert_eq!(queue.enqueue(&keyed, at(1)).unwrap(), first);
    assert!(finish(queue, &running, JobEnd::Failed("no"), 2));
    let second = queue.enqueue(&keyed, at(3)).unwrap();
    assert_ne!(second, first);
    let active = queue.retry(first, at(4)).unwrap().unwrap();
    assert_eq!(active.id, second, "the same work is queued already");
    assert_eq!(
        queue.job(first).unwrap().unwrap().state,
        JobState::Failed,
        "it stays as it was"
    );
}

fn progress_is_told_by_the_worker_that_has_the_job(queue: &dyn JobQueue) {
    enqueue(queue, "work", 0, 2);
    let first = claim(queue, 1).unwrap();
    let progress = JobProgress {
        n_done: 40,
        n_total: Some(100),
        message: Some("reading".to_owned()),
    };
    let renewed = queue.renew(&first, &progress, at(9), LEASE).unwrap();
    assert_eq!(renewed, Lease::Held);
    let job = queue.job(first.id).unwrap().unwrap();
    assert_eq!((&job.progress, job.per_second()), (&progress, Some(5.0)));
    let second = claim(queue, 100).unwrap();
    assert_eq!(second.progress, JobProgress::default(), "from the start");
    let renewed = queue.renew(&first, &progress, at(101), LEASE).unwrap();
    assert_eq!(renewed, Lease::Lost);
    let job = queue.job(first.id).unwrap().unwrap();
    assert_eq!(job.progress, JobProgress::default());
}

fn a_cancelled_job_ends(queue: &dyn JobQueue) {
    let waiting = enqueue(queue, "work", 0, 2);
    let job = queue.cancel(waiting, at(1)).unwrap().unwrap();
    assert_eq!(
        (job.state, job.finished_at),
        (JobState::Cancelled, Some(at(1)))
    );
    assert_eq!(claim(queue, 2), None);
    enqueue(queue, "work", 0, 2);
    let running = claim(queue, 3).unwrap();
    let job = queue.cancel(running.id, at(4)).unwrap().unwrap();
    assert_eq!((job.state, job.is_cancel_asked), (JobState::Running, true));
    assert_eq!(renew(queue, &running, 5), Lease::CancelAsked);
    assert!(finish(queue, &running, JobEnd::Cancelled, 6));
    assert_eq!(all(queue)[0].state, JobState::Cancelled);
    let job = queue.cancel(running.id, at(9)).unwrap().unwrap();
    assert_eq!(job.finished_at, Some(at(6)), "an ended job stays as it is");
    enqueue(queue, "work", 0, 5);
    let dead = claim(queue, 10).unwrap();
    queue.cancel(dead.id, at(11)).unwrap();
    assert_eq!(claim(queue, 100), None, "nobody does it again");
    assert_eq!(all(queue)[0].state, JobState::Cancelled);
    assert_eq!(queue.cancel(JobId(999), at(1)).unwrap(), None);
}

fn a_failed_job_can_be_queued_again(queue: &dyn JobQueue) {
    let id = enqueue(queue, "work", 0, 1);
    let first = claim(queue, 1).unwrap();
    assert!(finish(queue, &first, JobEnd::Failed("no"), 2));
    let job = queue.retry(id, at(3)).unwrap().unwrap();
    assert_eq!((job.state, job.finished_at), (JobState::Queued, None));
    let second = claim(queue, 4).unwrap();
    assert_eq!(
        (second.n_attempts, second.max_attempts),
        (2, 1 + RETRY_ATTEMPTS)
    );
    assert!(!finish(queue, &first, JobEnd::Done("late"), 5));
    assert!(finish(queue, &second, JobEnd::Done("{}"), 6));
    let job = queue.retry(id, at(7)).unwrap().unwrap();
    assert_eq!(job.state, JobState::Done, "what is done is not done again");
    assert_eq!(queue.retry(JobId(999), at(1)).unwrap(), None);
}

fn a_worker_that_stops_gives_its_job_back(queue: &dyn JobQueue) {
    enqueue(queue, "work", 0, 1);
    for second in 1..5 {
        let job = claim(queue, second).unwrap();
        assert!(finish(queue, &job, JobEnd::Released(at(second)), second));
    }
    let job = claim(queue, 9).unwrap();
    assert!(finish(queue, &job, JobEnd::Done("{}"), 10));
}

fn lists_are_cut_and_old_jobs_forgotten(queue: &dyn JobQueue) {
    let ids: Vec<JobId> = (0..5).map(|n| enqueue(queue, "work", n, 1)).collect();
    let other = enqueue(queue, "other", 0, 1);
    let job = claim(queue, 9).unwrap();
    assert!(finish(queue, &job, JobEnd::Done("{}"), 10));
    let list = |filter: JobFilter<'_>, limit| {
        let jobs = queue.jobs(&filter, limit).unwrap();
        jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    let none = JobFilter::default();
    assert_eq!(list(none, 2), [other, ids[4]]);
    let before = Some(ids[2]);
    assert_eq!(list(JobFilter { before, ..none }, 9), [ids[1], ids[0]]);
    let kind = Some("other");
    assert_eq!(list(JobFilter { kind, ..none }, 9), [other]);
    let state = Some(JobState::Done);
    assert_eq!(list(JobFilter { state, ..none }, 9), [ids[0]]);
    assert_eq!(queue.forget_ended(at(10)).unwrap(), 0);
    assert_eq!(queue.forget_ended(at(11)).unwrap(), 1);
    assert_eq!(list(none, 9).len(), 5, "what waits stays");
}
