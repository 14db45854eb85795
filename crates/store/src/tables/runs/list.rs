//! Pages of runs: which index is walked, and how a text is searched for.

use reporunner_model::{RunMode, RunStatus};
use rusqlite::params_from_iter;
use rusqlite::types::Value as Column;

use super::{COLUMNS, OPEN, RunPage, RunQuery, RunRow, mode_word, read};
use crate::codec::{count, get};
use crate::{Db, Result};

/// Rows of a page where the caller does not say.
const PAGE: usize = 50;
/// Newest rows that are looked through before the search index is asked: a common text is found
/// there, and the index would list every row that has it.
const LOOKED: usize = 2_000;
/// The states in which a run is not over, and not in the search index.
const LIVE: [RunStatus; 3] = [RunStatus::Queued, RunStatus::Running, RunStatus::Waiting];

/// How a text is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Search {
    /// In the index, where the runs that are over are.
    Index,
    /// In the rows.
    Rows,
}

/// Adds what a search asks for: words of three letters and more by the index, shorter ones by
/// looking through the rows.
pub(crate) fn search_clauses(
    search: &str,
    table: &str,
    sql: &mut String,
    params: &mut Vec<Column>,
) {
    let (long, short): (Vec<&str>, Vec<&str>) =
        search.split_whitespace().partition(|word| word.chars().count() >= 3);
    if !long.is_empty() {
        let quoted: Vec<String> =
            long.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
        sql.push_str(&format!(" AND num IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)"));
        params.push(Column::from(quoted.join(" ")));
    }
    for word in short {
        sql.push_str(" AND has_word(search, ?)");
        params.push(Column::from(word.to_owned()));
    }
}

fn look_clauses(search: &str, sql: &mut String, params: &mut Vec<Column>) {
    for word in search.split_whitespace() {
        sql.push_str(" AND has_word(workflow_name || char(10) || search, ?)");
        params.push(Column::from(word.to_owned()));
    }
}

/// What a query asks for besides its text, as one walk along one index.
fn walk_clauses(query: &RunQuery, status: Option<RunStatus>) -> (String, Vec<Column>) {
    let (mut sql, mut params) = (String::new(), Vec::new());
    let mut and = |clause: &str, value: Column| {
        sql.push_str(" AND ");
        sql.push_str(clause);
        params.push(value);
    };
    if let Some(workflow) = &query.workflow {
        and("workflow = ?", Column::from(workflow.as_str().to_owned()));
    }
    if let Some(status) = status {
        and("status = ?", Column::from(status.as_str().to_owned()));
    }
    if let Some(mode) = query.mode {
        and("mode = ?", Column::from(mode_word(mode).to_owned()));
    }
    if let Some(from) = query.from {
        and("started >= ?", Column::from(from.0));
    }
    if let Some(until) = query.until {
        and("started < ?", Column::from(until.0));
    }
    if let Some((started, num)) = query.after.as_deref().and_then(parse_cursor) {
        and("(started, num) < (?, ?)", Column::from(started));
        params.push(Column::from(num));
    }
    if matches!(query.mode, Some(RunMode::Manual | RunMode::Child))
        && query.workflow.is_none()
        && status.is_none()
    {
        // Says to the planner that the index of the rare modes holds every row asked for.
        sql.push_str(" AND mode <> 'production'");
    }
    (sql, params)
}

fn clauses(query: &RunQuery, status: Option<RunStatus>, search: Search) -> (String, Vec<Column>) {
    let (mut sql, mut params) = walk_clauses(query, status);
    match search {
        Search::Rows => look_clauses(&query.search, &mut sql, &mut params),
        Search::Index => search_clauses(&query.search, "run_search", &mut sql, &mut params),
    }
    if search == Search::Index && status.is_none() && !query.search.trim().is_empty() {
        sql.push_str(&format!(" AND status NOT IN {OPEN}"));
    }
    (sql, params)
}

fn parse_cursor(cursor: &str) -> Option<(i64, i64)> {
    let (started, num) = cursor.split_once('.')?;
    Some((started.parse().ok()?, num.parse().ok()?))
}

/// The walks that together find what `query` asks for: one for each status, because a set of
/// statuses in one statement would have to sort every row there is.
fn walks(query: &RunQuery) -> Vec<(Option<RunStatus>, Search)> {
    let how = |status: &RunStatus| if LIVE.contains(status) { Search::Rows } else { Search::Index };
    let one = |status: &RunStatus| (Some(*status), how(status));
    let mut walks: Vec<_> = query.statuses.iter().map(one).collect();
    if walks.is_empty() {
        walks.push((None, Search::Index));
        if !query.search.trim().is_empty() {
            walks.extend(LIVE.iter().map(one));
        }
    }
    walks.sort_by_key(|(status, _)| status.map(RunStatus::as_str));
    walks.dedup();
    walks
}

impl Db<'_> {
    /// A page of the runs that match, newest first.
    pub fn runs(&self, query: &RunQuery) -> Result<RunPage> {
        let limit = if query.limit == 0 { PAGE } else { query.limit };
        let mut rows: Vec<(i64, RunRow)> = Vec::new();
        for (status, search) in walks(query) {
            let near = match search {
                Search::Index if !query.search.trim().is_empty() => {
                    self.near_runs(query, status, limit)?
                }
                _ => None,
            };
            rows.extend(match near {
                Some(near) => near,
                None => {
                    let (clauses, params) = clauses(query, status, search);
                    self.walk("runs", &clauses, params, limit)?
                }
            });
        }
        rows.sort_by_key(|(num, row)| std::cmp::Reverse((row.started, *num)));
        rows.dedup_by_key(|(num, _)| *num);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().map(|(num, row)| format!("{}.{num}", row.started.0));
        let next = if more { last } else { None };
        Ok(RunPage { runs: rows.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// The page, if it is full with what the newest rows hold.
    fn near_runs(
        &self,
        query: &RunQuery,
        status: Option<RunStatus>,
        limit: usize,
    ) -> Result<Option<Vec<(i64, RunRow)>>> {
        let (walk, mut params) = walk_clauses(query, status);
        let newest = format!(
            "(SELECT * FROM runs WHERE TRUE{walk} ORDER BY started DESC, num DESC LIMIT {LOOKED})"
        );
        let mut words = String::new();
        look_clauses(&query.search, &mut words, &mut params);
        let rows = self.walk(&newest, &words, params, limit)?;
        Ok((rows.len() > limit).then_some(rows))
    }

    fn walk(
        &self,
        from: &str,
        clauses: &str,
        mut params: Vec<Column>,
        limit: usize,
    ) -> Result<Vec<(i64, RunRow)>> {
        params.push(Column::from(count(limit as u64 + 1)));
        let sql = format!(
            "SELECT {COLUMNS} FROM {from} WHERE TRUE{clauses}
             ORDER BY started DESC, num DESC LIMIT ?"
        );
        self.all(&sql, params_from_iter(params), |row| Ok((get(row, "num")?, read(row)?)))
    }

    /// Number of runs that match.
    pub fn count_runs(&self, query: &RunQuery) -> Result<u64> {
        let mut total = 0;
        for (status, search) in walks(query) {
            let (clauses, params) = clauses(query, status, search);
            let sql = format!("SELECT count(*) FROM runs WHERE TRUE{clauses}");
            let counted: Option<i64> = self.value(&sql, params_from_iter(params))?;
            total += counted.unwrap_or(0) as u64;
        }
        Ok(total)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, params_from_iter};

    use reporunner_model::{Timestamp, WorkflowId};

    use super::*;
    use crate::{codec, schema};

    /// How SQLite walks to the first page of `query`.
    fn plan(query: &RunQuery, status: Option<RunStatus>) -> String {
        let db = Connection::open_in_memory().unwrap();
        schema::migrate(&db, Timestamp(0)).unwrap();
        codec::teach_words(&db).unwrap();
        let (clauses, params) = clauses(query, status, Search::Index);
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT {COLUMNS} FROM runs WHERE TRUE{clauses}
             ORDER BY started DESC, num DESC LIMIT 50"
        );
        let mut statement = db.prepare(&sql).unwrap();
        let steps = statement
            .query_map(params_from_iter(params), |row| row.get::<_, String>("detail"))
            .unwrap();
        steps.map(|step| step.unwrap()).collect::<Vec<_>>().join("; ")
    }

    #[track_caller]
    fn check(query: RunQuery, status: Option<RunStatus>, index: &str) {
        let plan = plan(&query, status);
        assert!(plan.contains(index), "{query:?} walks {plan}, not {index}");
        assert!(!plan.contains("TEMP B-TREE"), "{query:?} sorts every row: {plan}");
    }

    #[test]
    fn a_page_is_one_walk_along_an_index() {
        let workflow = Some(WorkflowId::new("w"));
        let failed = Some(RunStatus::Failed);
        let after = Some("5.5".to_owned());
        let all = RunQuery::default();
        check(all.clone(), None, "runs_by_time");
        check(RunQuery { after: after.clone(), ..all.clone() }, None, "runs_by_time");
        check(RunQuery { from: Some(Timestamp(1)), ..all.clone() }, None, "runs_by_time");
        check(all.clone(), failed, "runs_by_status");
        check(RunQuery { after, ..all.clone() }, failed, "runs_by_status");
        let manual = RunQuery { mode: Some(RunMode::Manual), ..all.clone() };
        check(manual, None, "runs_by_rare_mode");
        let of_workflow = RunQuery { workflow, ..all };
        check(of_workflow.clone(), None, "runs_by_workflow (");
        check(of_workflow, failed, "runs_by_workflow_and_status");
    }
}
