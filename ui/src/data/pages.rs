//! The items that a pane has fetched: page by page, those in sight and a few around them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use leptos::prelude::*;
use reporunner_model::{Item, limits};
use reporunner_protocol::{Failure, GetItems, GetSchema, ItemsAt, ItemsPage, SchemaField};

use super::window;
use crate::state::AppState;
use crate::time;

/// Time before items that are not on disk yet are asked for again, milliseconds.
const AGAIN_MS: i32 = 100;

/// What is fetched: where, how many items there are as far as is known, and the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Where the items are.
    pub(super) at: ItemsAt,
    /// Number of items when it was asked, so that a run under way is read again.
    pub(super) stamp: usize,
    /// Only items with this text.
    pub(super) search: String,
}

/// What came.
#[derive(Debug, Clone, Default)]
pub(super) struct Loaded {
    /// Number of items (that match); none until the first page came.
    pub(super) total: Option<usize>,
    /// Why nothing came.
    pub(super) failure: Option<Failure>,
    pages: BTreeMap<usize, Arc<ItemsPage>>,
}

impl Loaded {
    /// Row `row` of the list: its index among all items, and the item.
    pub(super) fn row(&self, row: usize) -> Option<(usize, &Item)> {
        let page = self.pages.get(&(row / limits::ROWS_PER_PAGE))?;
        let at = row % limits::ROWS_PER_PAGE;
        Some((*page.indexes.get(at)?, page.items.get(at)?))
    }
}

/// The items of one pane. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Pages {
    app: AppState,
    /// What is shown.
    pub(super) wanted: Memo<Option<Wanted>>,
    /// What came.
    pub(super) loaded: RwSignal<Loaded>,
    /// The fields that the items have.
    pub(super) schema: RwSignal<Arc<Vec<SchemaField>>>,
    asked: StoredValue<BTreeSet<usize>>,
}

impl Pages {
    /// The items of `wanted`, fetched anew whenever that changes.
    pub(super) fn new(app: AppState, wanted: Memo<Option<Wanted>>) -> Self {
        let pages = Self {
            app,
            wanted,
            loaded: RwSignal::new(Loaded::default()),
            schema: RwSignal::new(Arc::default()),
            asked: StoredValue::new(BTreeSet::new()),
        };
        Effect::new(move |before: Option<Option<Wanted>>| {
            let now = wanted.get();
            let same_place = before.flatten().is_some_and(|before| {
                now.as_ref().is_some_and(|now| now.at == before.at && now.search == before.search)
            });
            pages.asked.set_value(BTreeSet::new());
            if !same_place {
                pages.loaded.set(Loaded::default());
                pages.schema.set(Arc::default());
            }
            pages.fetch(0);
            now
        });
        pages
    }

    /// These rows are in sight: what is missing of them is fetched, what is far is let go.
    pub(super) fn need(self, rows: &Range<usize>) {
        let in_sight = window::pages(rows, limits::ROWS_PER_PAGE);
        for page in in_sight.clone() {
            self.fetch(page);
        }
        let far = |page: &usize| !window::is_kept(*page, &in_sight);
        if self.loaded.with_untracked(|loaded| loaded.pages.keys().any(far)) {
            self.asked.update_value(|asked| asked.retain(|page| !far(page)));
            self.loaded.update(|loaded| loaded.pages.retain(|page, _| !far(page)));
        }
    }

    fn fetch(self, page: usize) {
        let Some(wanted) = self.wanted.get_untracked() else { return };
        let first = self.asked.try_update_value(|asked| asked.insert(page)).unwrap_or(false);
        if !first {
            return;
        }
        let command = GetItems {
            at: wanted.at.clone(),
            offset: page * limits::ROWS_PER_PAGE,
            limit: limits::ROWS_PER_PAGE,
            search: (!wanted.search.is_empty()).then(|| wanted.search.clone()),
        };
        leptos::task::spawn_local(async move {
            // The end of a node is told at once, what it gave is on disk a moment later.
            let answer = loop {
                let answer = self.app.backend.call(command.clone()).await;
                if self.wanted.try_get_untracked().flatten().as_ref() != Some(&wanted) {
                    return;
                }
                match &answer {
                    Ok(page) if page.pending && wanted.stamp > 0 => time::pause(AGAIN_MS).await,
                    _ => break answer,
                }
            };
            if page == 0 && answer.is_ok() {
                self.read_schema();
            }
            self.loaded.try_update(|loaded| match answer {
                Ok(came) => {
                    loaded.total = Some(came.total);
                    loaded.failure = None;
                    loaded.pages.insert(page, Arc::new(came));
                }
                Err(failure) => loaded.failure = Some(failure),
            });
        });
    }

    fn read_schema(self) {
        let Some(wanted) = self.wanted.get_untracked() else { return };
        leptos::task::spawn_local(async move {
            let at = wanted.at.clone();
            // Without it the table has no columns, which the failure of the items explains.
            let Ok(fields) = self.app.backend.call(GetSchema { at }).await else { return };
            let is_new = self.schema.try_with_untracked(|known| **known != fields) == Some(true);
            if is_new && self.wanted.try_get_untracked().flatten() == Some(wanted) {
                self.schema.try_set(Arc::new(fields));
            }
        });
    }
}
