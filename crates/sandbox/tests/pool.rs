//! Pools of real children: deadlines, crashes, limits, and what a child can still reach.

use std::time::{Duration, Instant};

use reporunner_sandbox::{Error, Pool, PoolConfig};

const LONG: Duration = Duration::from_secs(20);

fn pool(size: usize) -> Pool {
    let program = env!("CARGO_BIN_EXE_reporunner-sandbox-echo");
    let mut config = PoolConfig::new(program, Vec::<String>::new());
    config.size = size;
    config.response_bytes = 40 * 1024 * 1024;
    Pool::new(config)
}

async fn say(pool: &Pool, request: &str) -> Result<String, Error> {
    let answer = pool.call(request.as_bytes(), LONG).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn a_child_answers_and_is_used_again() {
    let pool = pool(1);
    assert_eq!(say(&pool, "hello").await, Ok("hello".to_owned()));
    assert_eq!(pool.idle_count(), 1, "the child waits for the next call");
    assert_eq!(say(&pool, "").await, Ok(String::new()));
    assert_eq!(pool.idle_count(), 1);
}

#[tokio::test]
async fn messages_longer_than_a_frame_arrive_whole() {
    let pool = pool(1);
    let long = "y".repeat(33 * 1024 * 1024);
    assert!(say(&pool, &long).await == Ok(long), "a long message comes back as it was sent");
}

#[tokio::test]
async fn a_child_that_misses_its_deadline_is_killed() {
    let pool = pool(1);
    let deadline = Duration::from_millis(200);
    let started = Instant::now();
    assert_eq!(pool.call(b"loop", deadline).await, Err(Error::TimedOut(deadline)));
    assert!(started.elapsed() < Duration::from_secs(5), "the kill does not wait for the child");
    assert_eq!(pool.idle_count(), 0, "a killed child is not used again");
    assert_eq!(say(&pool, "next").await, Ok("next".to_owned()));
}

#[tokio::test]
async fn a_crash_is_told_and_the_next_call_works() {
    let pool = pool(1);
    for request in ["abort", "exit"] {
        let error = say(&pool, request).await.expect_err("the child ends");
        assert!(matches!(error, Error::Crashed { .. }), "{request} gave {error:?}");
        assert_eq!(say(&pool, "next").await, Ok("next".to_owned()));
    }
}

#[tokio::test]
async fn too_long_an_answer_ends_the_child() {
    let pool = pool(1);
    let limit = 40 * 1024 * 1024;
    assert_eq!(
        say(&pool, &format!("long {}", limit + 1)).await,
        Err(Error::ResponseTooLarge { limit })
    );
    assert_eq!(say(&pool, "next").await, Ok("next".to_owned()));
}

#[tokio::test]
async fn memory_is_limited() {
    let pool = pool(1);
    assert_eq!(say(&pool, "memory 1000000").await, Ok("true".to_owned()));
    assert_eq!(say(&pool, "memory 1000000000").await, Ok("false".to_owned()));
}

#[tokio::test]
async fn dropping_a_call_kills_its_child() {
    let pool = pool(1);
    let call = pool.call(b"loop", LONG);
    assert!(tokio::time::timeout(Duration::from_millis(200), call).await.is_err());
    assert_eq!(pool.idle_count(), 0, "the child of the dropped call is gone");
    // The only place of the pool is free again.
    assert_eq!(say(&pool, "next").await, Ok("next".to_owned()));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_an_error() {
    let pool = Pool::new(PoolConfig::new("/nonexistent/program", Vec::<String>::new()));
    assert!(matches!(pool.call(b"x", LONG).await, Err(Error::Spawn { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_beyond_the_size_wait_their_turn() {
    let pool = pool(2);
    let calls: Vec<_> = (0..20)
        .map(|number| {
            let pool = pool.clone();
            tokio::spawn(async move { say(&pool, &format!("n{number}")).await })
        })
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        assert_eq!(call.await.expect("no call panics"), Ok(format!("n{number}")));
    }
    assert!(pool.idle_count() <= 2, "never more children than the size");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_child_reaches_nothing() {
    let told = say(&pool(1), "probe").await.expect("the child answers");
    let (mut denied, mut others) = (0, Vec::new());
    for line in told.lines() {
        match line.ends_with(": PermissionDenied") {
            true => denied += 1,
            false => others.push(line),
        }
    }
    // The resolver of names reads files first and gives up with an error of its own.
    others.retain(|line| *line != "look a name up: Uncategorized");
    // Nothing of ours, only what the allocator is told.
    assert_eq!(others, [r#"environment: [("MIMALLOC_ARENA_RESERVE", "0")]"#]);
    assert!(denied >= 30, "{denied} were denied");
}
