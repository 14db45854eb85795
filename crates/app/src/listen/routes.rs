//! Which addresses are open, and which of them a request means.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use reporunner_expression::Compiled;
use reporunner_model::{Node, NodeId, Timestamp, VersionId, WorkflowId};
use reporunner_runner::Prepared;
use reporunner_store::WebhookKind;
use serde_json::{Map, Value};

use super::form::FORM_TRIGGER;
use super::pairs::decoded;
use super::terms::{self, Door, Terms, When};

/// One open address: a node's path and all its methods.
pub(super) struct Route {
    pub(super) kind: WebhookKind,
    pub(super) methods: Vec<String>,
    pub(super) path: String,
    segments: Vec<Segment>,
    /// n8n puts the webhook's id before a path with placeholders; such addresses work too.
    alias: Option<String>,
    pub(super) node: NodeId,
    pub(super) prepared: Arc<Prepared>,
    /// The folder of the workflow's own files.
    pub(super) folder: PathBuf,
    pub(super) expires: Option<Timestamp>,
    pub(super) version: Option<VersionId>,
    pub(super) when: When,
    /// Whether it is a form's.
    pub(super) is_form: bool,
    /// Whether a node of the workflow can answer.
    pub(super) has_respond: bool,
    pub(super) door: Door,
    pub(super) terms: RouteTerms,
    pub(super) condition: Option<Compiled>,
}

/// The terms of a route: mostly the same for all requests.
pub(super) enum RouteTerms {
    Same(Arc<Terms>),
    PerRequest(Compiled),
}

#[derive(PartialEq)]
enum Segment {
    Text(String),
    /// Takes anything, under this name.
    Any(String),
}

/// What opening an address needs besides its node.
pub(super) struct Opening<'a> {
    pub(super) kind: WebhookKind,
    pub(super) prepared: &'a Arc<Prepared>,
    pub(super) folder: PathBuf,
    pub(super) expires: Option<Timestamp>,
    pub(super) version: Option<VersionId>,
    pub(super) door: Door,
}

impl Route {
    pub(super) fn new(node: &Node, when: When, opening: Opening<'_>) -> Self {
        let path = terms::path_of(node);
        let segments: Vec<Segment> = path
            .split('/')
            .map(|part| match part.strip_prefix(':') {
                Some(name) => Segment::Any(name.to_owned()),
                None => Segment::Text(decoded(part).into_owned()),
            })
            .collect();
        let about = Compiled::new(&terms::about_answers(node));
        let terms = if about.is_constant() {
            RouteTerms::Same(Arc::new(Terms::new(when, &terms::about_answers(node))))
        } else {
            RouteTerms::PerRequest(about)
        };
        let mut nodes = opening.prepared.workflow.nodes.values();
        Self {
            kind: opening.kind,
            methods: terms::methods_of(node),
            alias: webhook_id(node).filter(|_| segments.iter().any(Segment::is_any)),
            path,
            segments,
            node: node.id.clone(),
            has_respond: nodes.any(|node| node.on && node.node_type.as_str() == "respondToWebhook"),
            prepared: Arc::clone(opening.prepared),
            folder: opening.folder,
            expires: opening.expires,
            version: opening.version,
            when,
            is_form: node.node_type.as_str() == FORM_TRIGGER,
            door: opening.door,
            terms,
            condition: terms::condition_of(node).map(|text| Compiled::new(&text)),
        }
    }

    pub(super) fn workflow(&self) -> &WorkflowId {
        &self.prepared.workflow.id
    }

    fn takes(&self, method: &str) -> bool {
        self.methods.iter().any(|known| known == method || known == "*")
    }

    fn is_open(&self) -> bool {
        self.segments.iter().any(Segment::is_any)
    }

    /// What the placeholders take, if the path fits.
    fn fit(&self, asked: &[Cow<'_, str>]) -> Option<Map<String, Value>> {
        let asked = match &self.alias {
            Some(alias) if asked.len() == self.segments.len() + 1 => {
                asked.split_first().filter(|(first, _)| **first == **alias).map(|(_, rest)| rest)?
            }
            _ => asked,
        };
        if self.segments.len() != asked.len() {
            return None;
        }
        let mut params = Map::new();
        for (segment, asked) in self.segments.iter().zip(asked) {
            match segment {
                Segment::Text(text) if text == asked => {}
                Segment::Text(_) => return None,
                Segment::Any(_) if asked.is_empty() => return None,
                Segment::Any(name) => drop(params.insert(name.clone(), Value::from(&**asked))),
            }
        }
        Some(params)
    }

    /// Smaller for a path that says more.
    fn rank(&self) -> (usize, Vec<bool>) {
        let open: Vec<bool> = self.segments.iter().map(Segment::is_any).collect();
        (open.iter().filter(|open| **open).count(), open)
    }

    /// Whether no request could be told to mean the one or the other.
    fn same_path(&self, other: &Self) -> bool {
        let same = |(a, b): (&Segment, &Segment)| (a.is_any() && b.is_any()) || a == b;
        self.segments.len() == other.segments.len()
            && self.segments.iter().zip(&other.segments).all(same)
    }
}

impl Segment {
    fn is_any(&self) -> bool {
        matches!(self, Self::Any(_))
    }
}

/// The id by which an imported node's addresses begin.
pub(super) fn webhook_id(node: &Node) -> Option<String> {
    let orig: Value = serde_json::from_str(node.orig.as_deref()?).ok()?;
    Some(orig.pointer("/node/keep/webhookId")?.as_str()?.to_owned())
}

/// What a request means.
pub(super) enum Found {
    Route(Arc<Route>, Map<String, Value>),
    /// The path is open, for other methods.
    Methods(Vec<String>),
    Nothing,
}

/// The open addresses, those of tests apart.
#[derive(Default)]
pub(super) struct Routes {
    production: Paths,
    test: Paths,
}

#[derive(Default)]
struct Paths {
    /// By path, those without placeholders.
    fixed: HashMap<String, Vec<Arc<Route>>>,
    open: Vec<Arc<Route>>,
}

impl Routes {
    fn of(&self, kind: WebhookKind) -> &Paths {
        if kind == WebhookKind::Test { &self.test } else { &self.production }
    }

    fn of_mut(&mut self, kind: WebhookKind) -> &mut Paths {
        if kind == WebhookKind::Test { &mut self.test } else { &mut self.production }
    }

    /// The route for a request. Paths that say more go first.
    pub(super) fn find(&self, kind: WebhookKind, method: &str, path: &str) -> Found {
        let mut best: Option<(Arc<Route>, Map<String, Value>)> = None;
        let mut methods = Vec::new();
        for (route, params) in self.of(kind).fitting(path) {
            if !route.takes(method) {
                methods.extend(route.methods.iter().cloned());
            } else if best.as_ref().is_none_or(|(before, _)| route.rank() < before.rank()) {
                best = Some((route, params));
            }
        }
        methods.sort();
        methods.dedup();
        match best {
            Some((route, params)) => Found::Route(route, params),
            None if methods.is_empty() => Found::Nothing,
            None => Found::Methods(methods),
        }
    }

    /// Every method that a path takes.
    pub(super) fn methods(&self, kind: WebhookKind, path: &str) -> Vec<String> {
        let fitting = self.of(kind).fitting(path);
        let mut methods: Vec<_> =
            fitting.into_iter().flat_map(|(r, _)| r.methods.clone()).collect();
        methods.sort();
        methods.dedup();
        methods
    }

    /// Opens an address, without the methods that another node takes there already. Gives one of
    /// them.
    pub(super) fn add(&mut self, mut route: Route) -> Option<String> {
        let paths = self.of_mut(route.kind);
        let mut taken = None;
        for other in paths.all() {
            if !other.same_path(&route) {
                continue;
            }
            let method = route.methods.iter().find(|method| other.takes(method));
            taken = method.cloned().or(taken);
            route.methods.retain(|method| !other.takes(method));
        }
        if !route.methods.is_empty() {
            let route = Arc::new(route);
            if route.is_open() {
                paths.open.push(route);
            } else {
                paths.fixed.entry(key(&route.path).into_owned()).or_default().push(route);
            }
        }
        taken
    }

    /// Closes addresses. Gives those that were open.
    pub(super) fn remove(
        &mut self,
        kind: WebhookKind,
        goes: impl Fn(&Route) -> bool,
    ) -> Vec<Arc<Route>> {
        let paths = self.of_mut(kind);
        let mut gone = paths.open.extract_if(.., |route| goes(route)).collect::<Vec<_>>();
        for routes in paths.fixed.values_mut() {
            gone.extend(routes.extract_if(.., |route| goes(route)));
        }
        paths.fixed.retain(|_, routes| !routes.is_empty());
        gone
    }
}

impl Paths {
    fn all(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.fixed.values().flatten().chain(&self.open)
    }

    fn fitting(&self, path: &str) -> Vec<(Arc<Route>, Map<String, Value>)> {
        let fixed = self.fixed.get(&*key(path)).into_iter().flatten();
        let mut fitting: Vec<_> = fixed.map(|route| (Arc::clone(route), Map::new())).collect();
        if !self.open.is_empty() {
            let asked: Vec<Cow<'_, str>> = path.trim_matches('/').split('/').map(decoded).collect();
            let open = self.open.iter();
            fitting.extend(open.filter_map(|r| Some((Arc::clone(r), r.fit(&asked)?))));
        }
        fitting
    }
}

/// A path without slashes around it and percent-encoding within. An encoded slash stays encoded:
/// it parts nothing.
fn key(path: &str) -> Cow<'_, str> {
    let path = path.trim_matches('/');
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let parts = path.split('/').map(|part| decoded(part).replace('/', "%2F"));
    Cow::Owned(parts.collect::<Vec<_>>().join("/"))
}
