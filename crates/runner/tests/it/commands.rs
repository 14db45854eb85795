//! Commands of the shell: only where they are allowed, and killed with all that they started.

use std::path::Path;
use std::sync::Arc;

use reporunner_model::{NodeError, RunId, RunStatus, limits};
use reporunner_node::CommandOutput;
use serde_json::json;

use crate::support::{Bench, Doing, Hand, item, soon, workflow};

/// A bench whose step runs this command.
fn bench(folder: &Path, command: &'static str, allowed: bool) -> Bench {
    let doing: Doing = Box::new(move |context| {
        let commands = Arc::clone(&context.handles.commands);
        Box::pin(async move {
            let CommandOutput { code, stdout, stderr } = commands.run(command).await?;
            Ok(vec![item(json!({ "code": code, "stdout": stdout, "stderr": stderr }))])
        })
    });
    let mut bench = Bench::doing(folder, &Hand::new(), Some(doing));
    bench.place.commands = allowed;
    bench
}

fn steps() -> reporunner_model::Workflow {
    workflow(&[("begin", "start", json!({})), ("sh", "do", json!({}))], &[("begin", "sh")])
}

async fn run(command: &'static str, allowed: bool) -> Result<CommandOutput, NodeError> {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = bench(folder.path(), command, allowed);
    let handle = bench.runner.start(bench.request("r", &steps())).expect("it starts");
    let ended = soon(handle.ended()).await.expect("it ends");
    if let Some(error) = ended.error {
        return Err(error);
    }
    let (node, _) = ended.prepared.plan.nodes().find(|(_, n)| n.node.name == "sh").expect("sh");
    let json = &ended.run.results(node)[0].outputs[0][0].json;
    let text = |name: &str| json[name].as_str().expect("text").to_owned();
    let code = json["code"].as_i64().expect("a number") as i32;
    Ok(CommandOutput { code, stdout: text("stdout"), stderr: text("stderr") })
}

#[tokio::test]
async fn a_command_runs_only_where_it_is_allowed() {
    let done = run("echo a; echo b >&2; exit 3", true).await.expect("it runs");
    assert_eq!((done.code, &*done.stdout, &*done.stderr), (3, "a\n", "b\n"));
    let error = run("echo a", false).await.expect_err("it is off");
    assert_eq!(error.message, "this workflow may not run commands");
    assert!(error.hint.expect("a hint").contains("Settings"));
}

#[tokio::test]
async fn a_command_starts_in_the_workflows_folder_with_nothing_to_read() {
    let done = run("pwd; cat; kill -9 $$", true).await.expect("it runs");
    assert!(done.stdout.ends_with("/files/own\n"), "{}", done.stdout);
    assert_eq!(done.code, 128 + 9);
}

#[tokio::test]
async fn a_command_that_prints_without_end_is_ended() {
    let error = run("yes", true).await.expect_err("it is too much");
    assert_eq!(error.message, "the command's output is larger than 16 MiB");
}

/// A command with a grandchild, after which the shell does `then`: stopped in one of two ways, the
/// grandchild is killed.
async fn check_killed(then: &str, timeout_ms: Option<u64>) {
    let folder = tempfile::tempdir().expect("a folder");
    // The pipe is written by the grandchild as soon as it lives, and closed when it is dead.
    let alive = folder.path().join("alive");
    let made = std::process::Command::new("mkfifo").arg(&alive).status().expect("mkfifo");
    assert!(made.success());
    let command: &'static str = Box::leak(
        format!("(exec > '{}'; echo up; sleep 600) 2>&1 & {then}", alive.display())
            .into_boxed_str(),
    );
    let bench = bench(folder.path(), command, true);
    let mut workflow = steps();
    for node in workflow.nodes.values_mut() {
        node.flags.timeout_ms = timeout_ms;
    }
    let handle = bench.runner.start(bench.request("r", &workflow)).expect("it starts");
    let (up, is_up) = tokio::sync::oneshot::channel();
    let (tell_end, end) = tokio::sync::oneshot::channel();
    // A thread of its own: where the grandchild lives on, the test must not wait for it.
    std::thread::spawn(move || {
        use std::io::{BufRead, BufReader, Read};
        let mut pipe = BufReader::new(std::fs::File::open(alive).expect("the pipe opens"));
        let mut line = String::new();
        pipe.read_line(&mut line).expect("it says something");
        let _ = up.send(());
        // Ends once nobody holds the other end any more.
        pipe.read_to_string(&mut line).expect("the pipe ends");
        let _ = tell_end.send(line);
    });
    soon(is_up).await.expect("the grandchild lives");
    let began = std::time::Instant::now();
    if timeout_ms.is_none() {
        bench.runner.cancel(&RunId::new("r"), "for the test").expect("it runs");
    }
    let ended = soon(handle.ended()).await.expect("it ends");
    assert_ne!(ended.status, RunStatus::Succeeded);
    assert_eq!(soon(end).await.expect("the pipe ends"), "up\n");
    assert!(began.elapsed().as_millis() < u128::from(limits::CANCEL_MS), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_cancelled_run_kills_all_that_its_command_started() {
    check_killed("wait", None).await;
}

#[tokio::test]
async fn a_command_is_killed_when_its_time_is_up() {
    check_killed("wait", Some(300)).await;
}

#[tokio::test]
async fn what_a_shell_left_behind_is_killed_too() {
    check_killed("exit", Some(300)).await;
    check_killed("exit", None).await;
}
