//! Import and export: whether a workflow comes back as it was, and what is said of damaged files.
//!
//! Nothing is run here.

use std::path::Path;

use reporunner_expression::Template;
use reporunner_model::Catalog;
use reporunner_n8n::{Imported, decode, export};
use serde_json::{Value, json};

use crate::{Check, Score, compare, files};

/// What an import says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// `reject`, `import` or `import-with-warning`.
    pub word: &'static str,
    /// Why.
    pub message: String,
}

/// What an import of `bytes` says.
pub fn verdict(bytes: &[u8], catalog: &Catalog) -> Verdict {
    match import_bytes(bytes, catalog) {
        Ok(imported) => {
            let warnings = imported.report.warnings;
            let word = if warnings.is_empty() { "import" } else { "import-with-warning" };
            let told: Vec<_> = warnings.into_iter().map(|warning| warning.message).collect();
            Verdict { word, message: told.join("; ") }
        }
        Err(error) => Verdict { word: "reject", message: error.to_string() },
    }
}

fn import_bytes(bytes: &[u8], catalog: &Catalog) -> Result<Imported, reporunner_n8n::ImportError> {
    let mut made = 0;
    let ids = || {
        made += 1;
        format!("made-{made}")
    };
    let reads = |text: &str| Template::parse(text).is_whole();
    decode(bytes).and_then(|text| reporunner_n8n::import(&text, catalog, ids, reads))
}

pub(crate) fn import(
    catalog: &Catalog,
    folder: &Path,
    results: Option<&Path>,
) -> anyhow::Result<Score> {
    let mut score = Score::default();
    for path in files::below(&folder.join("public"), "json")? {
        let bytes = files::read(&path)?;
        let relative = files::relative(&path, folder);
        // Other JSON that lies among the workflows.
        let Ok(before) = serde_json::from_slice::<Value>(&bytes) else { continue };
        if before.get("nodes").is_none() {
            continue;
        }
        let (holds, why) = match import_bytes(&bytes, catalog) {
            Ok(imported) => {
                let after = export(&imported.workflow);
                files::write(results, &Path::new("import").join(relative), &after)?;
                (compare::same(&before, &after), "it comes back changed".to_owned())
            }
            Err(error) => (false, error.to_string()),
        };
        score.cases += 1;
        score.checks.push(whole(relative, holds, why));
    }
    Ok(score)
}

pub(crate) fn bad(
    catalog: &Catalog,
    folder: &Path,
    results: Option<&Path>,
) -> anyhow::Result<Score> {
    let mut score = Score::default();
    let wanted = std::fs::read(folder.join("bad/synthetic/expect.json")).unwrap_or_default();
    let wanted: Value = serde_json::from_slice(&wanted).unwrap_or_default();
    let mut paths = files::below(&folder.join("bad"), "json")?;
    paths.extend(files::below(&folder.join("robustness"), "json")?);
    for path in paths.iter().filter(|path| !path.ends_with("expect.json")) {
        let relative = files::relative(path, folder);
        let verdict = verdict(&files::read(path)?, catalog);
        let result = json!({ "verdict": verdict.word, "message": verdict.message });
        files::write(results, relative, &result)?;
        let is_synthetic = relative.starts_with("bad/synthetic");
        let wish = is_synthetic.then(|| wish(&wanted, path)).flatten();
        // Where several verdicts will do, all are named.
        let holds = wish.is_none_or(|wish| wish.split("-or-").any(|wish| wish == verdict.word));
        let why = format!("{} instead of {}", verdict.word, wish.unwrap_or("any"));
        score.cases += 1;
        score.checks.push(whole(relative, holds, why));
    }
    Ok(score)
}

/// The verdict that the list wants for a file.
fn wish<'w>(wanted: &'w Value, path: &Path) -> Option<&'w str> {
    let name = path.file_name()?.to_str()?;
    let entry = wanted.as_array()?.iter().find(|entry| entry["file"] == name)?;
    entry["expect"].as_str()
}

fn whole(relative: &Path, holds: bool, why: String) -> Check {
    Check {
        case: relative.display().to_string(),
        what: String::new(),
        node_type: String::new(),
        why: if holds { String::new() } else { why },
        holds,
    }
}
