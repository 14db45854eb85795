//! The real binary, stopped by the system while steps are under way outside: a process that wants
//! to stay ends it and goes on as after a crash. Woken up later it would have gone on too.

#[path = "cli/editor.rs"]
#[allow(dead_code, reason = "only its questions are asked here")]
mod editor;
#[path = "cli/effects.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod effects;
#[path = "cli/outside.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod outside;
#[path = "cli/process.rs"]
mod process;
#[path = "cli/random.rs"]
#[allow(dead_code, reason = "the editor needs it")]
mod random;

use std::os::unix::process::ExitStatusExt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use effects::EffectsServer;
use process::Folder;
use reporunner_app::{Host, Stay, ask, connect};
use reporunner_model::{Clock, Monotonic, RunId, RunStatus, Timestamp, limits};
use reporunner_protocol::{Code, WaitRun};
use rustix::process::{Pid, Signal, kill_process};

/// A clock on which nobody waits long for somebody who is silent.
struct Hasty(Instant);

impl Clock for Hasty {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        Timestamp(since.as_millis() as i64)
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.0.elapsed().as_micros() as u64)
    }

    fn sleep_until(&self, until: Monotonic) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let left = Duration::from_micros(until.micros_since(self.monotonic()));
        let is_silence = left > Duration::from_millis(limits::OWNER_SILENT_MS / 2);
        let pause = if is_silence { Duration::from_millis(500) } else { left };
        Box::pin(tokio::time::sleep(pause))
    }
}

#[test]
fn an_owner_that_hangs_loses_the_folder_and_nothing_happens_twice() {
    let (folder, server) = (Folder::new(), EffectsServer::start());
    let mut serve = folder.serve();
    outside::settle(&mut serve, &folder);
    let database = folder.path().join("done.db");
    let text = outside::workflow(&server.base(), database.to_str().expect("text"));
    let workflow = outside::import(&mut serve, text);
    server.hold(true);
    let started = serve.ask(outside::start(&workflow, "once"));
    let run = RunId::new(started["run"].as_str().expect("it runs"));
    // Both branches wait for their first answers.
    server.wait_for(2);
    let owner = Pid::from_child(&serve.child);
    kill_process(owner, Signal::STOP).expect("it runs");

    let host = Host { clock: Arc::new(Hasty(Instant::now())), ..Host::machine() };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let refused = connect(&folder.data(), host.clone(), Stay::Short).await;
        let refused = refused.err().expect("a command that does not stay ends nobody");
        assert_eq!(refused.code, Code::Owned);
        assert!(refused.message.contains(&serve.pid().to_string()), "{refused}");
        assert_eq!(serve.child.try_wait().expect("it is ours"), None);

        let next = connect(&folder.data(), host, Stay::Long).await.expect("it takes over");
        // It was only stopped; but it is gone by now, so that nothing wakes it.
        let _ = kill_process(owner, Signal::CONT);
        server.hold(false);
        let status = serve.child.wait().expect("it is ours");
        assert_eq!(status.signal(), Some(Signal::KILL.as_raw()), "{status:?}");
        let summary = ask(&*next, WaitRun { run }).await.expect("it is there");
        assert_eq!(summary.status, RunStatus::Unknown, "what it had begun is for a person to say");
        next.close().await;
    });
    let effects = server.effects();
    assert!(effects.len() == 2 && effects.values().all(|times| *times == 1), "{effects:?}");
}
