//! Runs: through `reporunner run` and through the webhook port of `reporunner serve`.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::graphs::{self, Durability};
use super::product::{Folder, Serve, timed};
use super::{Goal, Report, http};

/// Rounds of each measurement; the best counts, since whatever disturbs only slows.
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(4);
/// Kept connections that call a webhook at the same time.
const CONNECTIONS: usize = 32;

/// Many items through a few nodes, and many requests at once, by `reporunner run`.
pub(crate) fn runs(report: &mut Report) -> Result<()> {
    let folder = Folder::new()?;
    let items: Vec<Value> = (0..100_000)
        .map(|n| json!({ "id": n, "amount": n % 100, "name": format!("Order {n}") }))
        .collect();
    let input = folder.file("items.json", &json!(items).to_string())?;
    let file = folder.file("workflow.json", &graphs::items().to_string())?;
    let (mut seconds, mut memory) = (f64::MAX, 0.0_f64);
    for _ in 0..ROUNDS {
        let mut run = folder.command()?;
        run.arg("run").arg(&file).arg("--input").arg(&input).arg("--memory");
        let (took, peak) = timed(&mut run)?;
        (seconds, memory) = (seconds.min(took), memory.max(peak));
    }
    report.add(
        "100,000 items: filter, map, aggregate (whole process)",
        seconds,
        "s",
        Goal::AtMost(1.0),
    );
    report.add("  the most memory it held", memory, "MiB", Goal::AtMost(300.0));

    let base = http::serve(0, |_| {
        std::thread::sleep(Duration::from_millis(20));
        ("application/json", b"{\"ok\":true}".to_vec())
    })?;
    let items: Vec<Value> = (0..200).map(|n| json!({ "n": n })).collect();
    let input = folder.file("requests-input.json", &json!(items).to_string())?;
    let file = folder.file("requests.json", &graphs::requests(&base).to_string())?;
    let (file, input) = (text(&file)?, text(&input)?);
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let result = folder.json(&["run", file, "--input", input, "--memory"])?;
        let fetch = &result["nodes"]["Fetch"][0];
        let answers = fetch["outputs"][0].as_array().map_or(0, Vec::len);
        ensure!(answers == 200, "the requests failed: {}", result["error"]);
        best = best.min(fetch["ms"].as_f64().context("a node run has a time")?);
    }
    report.add("200 requests of 20 ms each (the node)", best, "ms", Goal::AtMost(150.0));
    Ok(())
}

/// Runs a second, each from its request to its answer.
pub(crate) fn webhook(report: &mut Report) -> Result<()> {
    let fifty = |durability| (graphs::fifty(), "/webhook/fifty", durability);
    let respond = |durability| (graphs::respond(), "/webhook/respond", durability);
    let rows = [
        ("50 nodes, in memory", fifty(Durability::Memory), 2_000.0),
        ("50 nodes, durable", fifty(Durability::Durable), 300.0),
        ("webhook, set, respond, in memory", respond(Durability::Memory), 8_000.0),
        ("webhook, set, respond, durable", respond(Durability::Durable), 1_000.0),
    ];
    for (name, (workflow, path, durability), goal) in rows {
        let folder = Folder::new()?;
        let workflow = ours(&folder, &workflow, durability)?;
        let serve = Serve::start(&folder)?;
        folder.publish("workflow", &workflow)?;
        let call = http::request("POST", path, &json!({ "name": "Ada", "count": 1 }));
        let mut best: f64 = 0.0;
        for _ in 0..ROUNDS {
            best = best.max(http::load(&serve.webhooks, &call, CONNECTIONS, ROUND)?);
        }
        report.add(name, best, "/s", Goal::AtLeast(goal));
    }
    Ok(())
}

/// From nothing to a result, and what a process holds that has nothing to do.
pub(crate) fn start(report: &mut Report) -> Result<()> {
    let folder = Folder::new()?;
    let file = folder.file("workflow.json", &graphs::three().to_string())?;
    let mut best = f64::MAX;
    for _ in 0..10 {
        best = best.min(timed(folder.command()?.arg("run").arg(&file))?.0);
    }
    report.add(
        "reporunner run, three nodes, whole process",
        best * 1000.0,
        "ms",
        Goal::AtMost(80.0),
    );

    let folder = Folder::new()?;
    let serve = Serve::start(&folder)?;
    report.add("reporunner serve, idle", serve.process.memory()?, "MiB", Goal::AtMost(80.0));
    Ok(())
}

/// A workflow in our own form, by way of an import into a folder of its own.
fn ours(folder: &Folder, workflow: &Value, durability: Durability) -> Result<Value> {
    let file = folder.file("exchange.json", &workflow.to_string())?;
    let exchange = Folder::new()?;
    let id = exchange.json(&["import", text(&file)?])?;
    let id = id["id"].as_str().context("an import names its workflow")?.to_owned();
    let exported = exchange.json(&["export", &id])?;
    let exported = exported["text"].as_str().context("an export has a text")?;
    Ok(graphs::with(serde_json::from_str(exported)?, durability))
}

fn text(path: &std::path::Path) -> Result<&str> {
    path.to_str().context("a path of text")
}
