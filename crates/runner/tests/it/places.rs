//! What a workflow may touch on this machine, and how it writes there.

use std::io::{Read, Write};
use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use reporunner_model::{Item, NodeError, RunStatus};
use reporunner_node::{Context, HttpRequest, SqlStatement};
use serde_json::{Value, json};

use crate::support::{Bench, Hand, item, soon, workflow};

type Given<'c> = BoxFuture<'c, Result<Vec<Item>, NodeError>>;

/// Runs one step that does `doing`, and gives its first item or its error.
async fn run(
    folder: &std::path::Path,
    doing: impl for<'c> Fn(&'c Context) -> Given<'c> + Send + Sync + 'static,
) -> Result<Value, String> {
    let bench = Bench::doing(folder, &Hand::new(), Some(Box::new(doing)));
    let steps = [("begin", "start", json!({})), ("step", "do", json!({}))];
    let workflow = workflow(&steps, &[("begin", "step")]);
    let handle = bench.runner.start(bench.request("r", &workflow)).expect("it starts");
    let ended = soon(handle.ended()).await.expect("it ends");
    if ended.status == RunStatus::Succeeded {
        let last = ended.run.last_node().expect("a node ran");
        return Ok(json!(ended.run.results(last)[0].outputs[0][0].json));
    }
    Err(ended.error.map(|error| error.message).unwrap_or_default())
}

#[tokio::test]
async fn the_data_folder_is_closed_whatever_folder_around_it_is_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    // A way around by a link.
    std::os::unix::fs::symlink(folder.path().join("data"), folder.path().join("link"))
        .expect("a link");
    let around = folder.path().to_owned();
    let said = run(folder.path(), move |context| {
        let around = around.clone();
        let handles = Arc::clone(&context.handles);
        Box::pin(async move {
            let mut said = serde_json::Map::new();
            let text = handles.binary.put("text".into(), Some("t.txt"), None).await?;
            for below in [
                "data/reporunner.db",
                "data/binaries/x",
                "link/reporunner.db",
                "data/files/other/x",
                "data/files/own/mine.txt",
                "beside.txt",
            ] {
                let path = around.join(below).to_string_lossy().into_owned();
                let select = SqlStatement { sql: "SELECT 1".to_owned(), ..Default::default() };
                let refused = |error: NodeError| error.message.contains("own data folder");
                let write = handles.files.write(&path, &text, false).await;
                let append = handles.files.write(&path, &text, true).await;
                let read = handles.files.read(&path).await;
                let found = handles.files.list(&path).await;
                let sql = handles.sql.run(&format!("{path}.db"), vec![select], true).await;
                let refusals = [
                    write.err().is_some_and(refused),
                    append.err().is_some_and(refused),
                    read.err().is_some_and(refused),
                    found.err().is_some_and(refused),
                    sql.err().is_some_and(refused),
                ];
                said.insert(below.to_owned(), json!(refusals));
            }
            let pattern = around.join("**/*").to_string_lossy().into_owned();
            let names = handles.files.list(&pattern).await?;
            let mut names: Vec<_> = names.into_iter().map(|entry| entry.name).collect();
            names.retain(|name| !name.ends_with(".db"));
            said.insert("list".to_owned(), json!(names));
            Ok(vec![item(Value::Object(said))])
        })
    })
    .await
    .expect("the step itself works");
    let (all, none) = ([true; 5], [false; 5]);
    assert_eq!(
        said,
        json!({
            "data/reporunner.db": all,
            "data/binaries/x": all,
            "link/reporunner.db": all,
            "data/files/other/x": all,
            "data/files/own/mine.txt": none,
            "beside.txt": none,
            "list": ["beside.txt", "mine.txt"],
        })
    );
}

#[tokio::test]
async fn what_may_not_be_touched_is_not_moved_deleted_or_copied_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("data/files/own");
    std::fs::create_dir_all(&own).expect("a folder");
    std::fs::write(folder.path().join("kept.txt"), "kept").expect("written");
    std::os::unix::fs::symlink(folder.path().join("kept.txt"), own.join("link")).expect("a link");
    let around = folder.path().to_owned();
    let said = run(folder.path(), move |context| {
        let around = around.clone();
        let handles = Arc::clone(&context.handles);
        Box::pin(async move {
            let (files, sql) = (&handles.files, &handles.sql);
            let text = handles.binary.put("text".into(), Some("t.txt"), None).await?;
            files.write("a.txt", &text, false).await?;
            let table = SqlStatement { sql: "CREATE TABLE t (x)".to_owned(), ..Default::default() };
            sql.run("own.db", vec![table], true).await?;
            let closed = around.join("data/reporunner.db").to_string_lossy().into_owned();
            let refused = |error: NodeError| error.message.contains("own data folder");
            let refusals = [
                files.rename("a.txt", &closed, true).await.err().is_some_and(refused),
                files.rename(&closed, "b.txt", true).await.err().is_some_and(refused),
                files.remove(&closed).await.err().is_some_and(refused),
                sql.back_up("own.db", &closed).await.err().is_some_and(refused),
                sql.back_up(&closed, "copy.db").await.err().is_some_and(refused),
            ];
            let missing = sql.back_up("none.db", "copy.db").await.err().map(|error| error.message);
            let itself = sql.back_up("own.db", "./own.db").await;
            files.rename("a.txt", "sub/b.txt", false).await?;
            let again = files.write("a.txt", &text, false).await;
            let taken = files.rename("a.txt", "sub/b.txt", false).await.err();
            files.remove("link").await?;
            sql.back_up("own.db", "sub/copy.db").await?;
            sql.back_up("own.db", "sub/copy.db").await?;
            let mut left: Vec<_> = files.list("**/*").await?.into_iter().map(|f| f.name).collect();
            left.sort();
            Ok(vec![item(json!({
                "refusals": refusals,
                "missing": missing,
                "itself": itself.is_err(),
                "taken": again.is_ok() && taken.is_some_and(|e| e.message.ends_with("already")),
                "left": left,
            }))])
        })
    })
    .await
    .expect("the step itself works");
    assert_eq!(said["refusals"], json!([true, true, true, true, true]));
    assert!(said["missing"].as_str().is_some_and(|it| it.ends_with("is not there")), "{said}");
    assert_eq!(said["itself"], true, "a database is no copy of itself");
    assert_eq!(said["taken"], true, "a name that is taken stays with its file");
    assert_eq!(said["left"], json!(["a.txt", "b.txt", "copy.db", "own.db"]));
    let kept = std::fs::read_to_string(folder.path().join("kept.txt"));
    assert_eq!(kept.expect("a link goes, not what it leads to"), "kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_write_one_file_at_the_same_time_leave_one_of_them_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let given = run(folder.path(), |context| {
        let handles = Arc::clone(&context.handles);
        Box::pin(async move {
            let writes = (0..16_u8).map(|number| {
                let handles = Arc::clone(&handles);
                async move {
                    let content = vec![b'a' + number; 200_000];
                    let content = handles.binary.put(content.into(), None, None).await?;
                    handles.files.write("out.txt", &content, false).await
                }
            });
            for written in join_all(writes).await {
                written?;
            }
            let text = handles.binary.get(&handles.files.read("out.txt").await?).await?;
            let whole = text.len() == 200_000 && text.iter().all(|byte| *byte == text[0]);
            let left = handles.files.list("*").await?.len() + handles.files.list(".*").await?.len();
            Ok(vec![item(json!({ "whole": whole, "files": left }))])
        })
    })
    .await;
    let given = given.expect("all are written");
    assert_eq!(given["whole"], true);
    let own = folder.path().join("data/files/own");
    assert_eq!(std::fs::read_dir(own).expect("a folder").count(), 1, "nothing else is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_large_to_save_is_refused() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n";
            let _ = stream.write_all(head.as_bytes());
        }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let refused = run(folder.path(), move |context| {
        let request = HttpRequest {
            method: "GET".to_owned(),
            url: url.clone(),
            save_body: true,
            ..HttpRequest::default()
        };
        let http = Arc::clone(&context.handles.http);
        Box::pin(async move { http.send(request).await.map(|_| vec![item(json!({}))]) })
    })
    .await;
    assert!(refused.is_err_and(|error| error.contains("larger than")));
}

#[tokio::test]
async fn a_link_is_not_moved_onto_the_file_that_it_leads_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("data/files/own");
    std::fs::create_dir_all(&own).expect("a folder");
    std::fs::write(own.join("b.txt"), "kept").expect("written");
    std::os::unix::fs::symlink("b.txt", own.join("a")).expect("a link");
    let said = run(folder.path(), move |context| {
        let handles = Arc::clone(&context.handles);
        Box::pin(async move {
            let refused = |error: NodeError| error.message.ends_with("are the same file");
            let onto = handles.files.rename("a", "b.txt", true).await.err().is_some_and(refused);
            let into = handles.files.rename("b.txt", "a", true).await.err().is_some_and(refused);
            Ok(vec![item(json!({ "refused": [onto, into] }))])
        })
    })
    .await
    .expect("the step itself works");
    assert_eq!(said["refused"], json!([true, true]));
    assert_eq!(std::fs::read_to_string(own.join("b.txt")).expect("it is there"), "kept");
    assert!(own.join("a").is_symlink());
}
