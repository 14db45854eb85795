//! Every shared constant, with its unit in its name or comment. No other crate repeats one.

/// Width of a node card on the canvas, canvas units.
pub const NODE_WIDTH: f64 = 220.0;
/// Height of a node card on the canvas, canvas units.
pub const NODE_HEIGHT: f64 = 60.0;
/// Distance between two ports of one side of a card, canvas units.
pub const PORT_STEP: f64 = 24.0;
/// Distance between two lines of the canvas grid, canvas units.
pub const GRID: f64 = 20.0;
/// Smallest zoom of the canvas.
pub const ZOOM_MIN: f64 = 0.05;
/// Largest zoom of the canvas.
pub const ZOOM_MAX: f64 = 4.0;

/// Pins above this many bytes of JSON are a file of this machine, which the document names.
pub const PIN_DOCUMENT_BYTES: usize = 256 * 1024;
/// Largest workflow file that an import accepts, bytes.
pub const IMPORT_BYTES: usize = 16 * 1024 * 1024;
/// Deepest nesting that an imported JSON may have.
pub const JSON_DEPTH: usize = 128;
/// Most nodes one workflow may hold.
pub const NODES: usize = 20_000;

/// Largest frame on any connection of ours, bytes. An import fits with the quotes and line ends
/// that JSON escapes in its text.
pub const FRAME_BYTES: usize = 2 * IMPORT_BYTES + 1024 * 1024;
/// Largest JSON body a webhook or command accepts, bytes.
pub const BODY_BYTES: usize = 16 * 1024 * 1024;
/// Largest answer to a request that is saved as a file, bytes.
pub const SAVED_ANSWER_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Longest time a client may take to send its request head, milliseconds.
pub const HEADER_TIMEOUT_MS: u64 = 10_000;
/// Longest silence while a request body arrives, milliseconds.
pub const BODY_IDLE_MS: u64 = 30_000;
/// Most open connections from one address.
pub const CONNECTIONS_PER_ADDRESS: usize = 200;

/// Fewest tries of a node that retries (n8n clamps to the same).
pub const TRIES_MIN: u32 = 2;
/// Most tries of a node that retries.
pub const TRIES_MAX: u32 = 5;
/// Tries of a node that retries and does not say how often.
pub const TRIES_DEFAULT: u32 = 3;
/// Longest wait between two tries, milliseconds.
pub const TRY_WAIT_MAX_MS: u64 = 5_000;
/// Wait between two tries where the node does not say, milliseconds.
pub const TRY_WAIT_DEFAULT_MS: u64 = 1_000;
/// Most runs of one node in one execution before it counts as an endless loop.
pub const NODE_RUNS: usize = 100_000;

/// Waits longer than this leave the memory, milliseconds (n8n does the same with its own).
pub const REST_AFTER_MS: u64 = 65_000;
/// Deepest that runs call each other.
pub const CALL_DEPTH: usize = 50;

/// A cancelled run ends within this, milliseconds.
pub const CANCEL_MS: u64 = 5_000;
/// Time that steps under way get to end when Reporunner closes, milliseconds.
pub const CLOSE_MS: u64 = 5_000;
/// An owner of a data folder that takes a connection and says nothing for so long has hung,
/// milliseconds.
pub const OWNER_SILENT_MS: u64 = 60_000;
/// Shortest wait before the end of a run that could not be stored is stored again, milliseconds;
/// it doubles each time.
pub const STORE_AGAIN_MS: u64 = 500;
/// Longest such wait, milliseconds.
pub const STORE_AGAIN_MAX_MS: u64 = 60_000;
/// Time an expression may take in the worker, milliseconds.
pub const EXPRESSION_MS: u64 = 5_000;
/// Time an expression preview may take, milliseconds.
pub const PREVIEW_MS: u64 = 200;
/// Time a Code node may take where its workflow sets no limit, milliseconds.
pub const CODE_MS: u64 = 60_000;
/// Most bytes that a command may print, to each of its two outputs.
pub const COMMAND_OUTPUT_BYTES: u64 = 16 * 1024 * 1024;
/// Memory a worker process may use for scripts, bytes.
pub const WORKER_MEMORY_BYTES: usize = 512 * 1024 * 1024;

/// A data cell longer than this is cut where it is listed, bytes.
pub const CELL_BYTES: usize = 2 * 1024;
/// Most bytes of a file that one answer carries.
pub const FILE_PART_BYTES: usize = 4 * 1024 * 1024;
/// Most rows of data the interface asks for at once.
pub const ROWS_PER_PAGE: usize = 200;

/// An edit is on disk within this after it was made, milliseconds.
pub const EDIT_DURABLE_MS: u64 = 1_000;
/// Verified snapshots kept of each document.
pub const SNAPSHOTS_KEPT: usize = 3;
/// Changes after the newest snapshot that make a new one worth its cost.
pub const SNAPSHOT_EVERY_CHANGES: usize = 500;
/// Undo steps kept for each person and workflow.
pub const UNDO_STEPS: usize = 500;

/// Largest log of a process that stays, bytes; one more is kept.
pub const LOG_BYTES: u64 = 2 * 1024 * 1024;
/// Days that executions are kept where the settings do not say.
pub const RETENTION_DAYS: u32 = 30;
/// Size budget of kept executions where the settings do not say, bytes.
pub const RETENTION_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Most of a run's data that a search of runs finds it by, bytes of its keys and values.
pub const RUN_WORDS_BYTES: usize = 32 * 1024;
/// Days that a deleted workflow can be brought back.
pub const TRASH_DAYS: u32 = 30;

/// Port of the webhook server where the settings do not say.
pub const WEBHOOK_PORT: u16 = 5680;
/// A webhook's test address listens for this long, milliseconds.
pub const WEBHOOK_TEST_MS: u64 = 120_000;
/// A form's test address listens for this long, milliseconds.
pub const FORM_TEST_MS: u64 = 900_000;
/// Largest body of a webhook's request that holds files, bytes. Files are streamed to disk.
pub const UPLOAD_BYTES: u64 = 1024 * 1024 * 1024;
/// Most fields of a form, files among them, or of a query.
pub const FORM_FIELDS: usize = 1_000;
/// Runs under way from which on webhooks are asked to come again later.
pub const WEBHOOK_RUNS: usize = 2_000;

/// Most ports of one side of a node.
pub const PORTS: usize = 256;
