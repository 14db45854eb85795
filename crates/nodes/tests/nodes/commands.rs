//! Execute Command with real commands.

use reporunner_model::OnError;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

#[track_caller]
fn gives(params: Value, expect: Value) {
    let items = json!([{ "n": 1 }, { "n": 2 }]);
    let case = case("executeCommand", "1", params).items(items);
    assert_eq!(block(Bench::new().json(case))[0], expect);
}

#[test]
fn a_command_runs_once_or_for_each_item() {
    let said = |text: &str| json!({ "exitCode": 0, "stderr": "", "stdout": text });
    gives(json!({ "command": "echo a; echo" }), json!([said("a")]));
    let each = json!({ "executeOnce": false, "command": "=echo {{ $json.n }}" });
    gives(each, json!([said("1"), said("2")]));
    let both = json!({ "exitCode": 0, "stderr": "oh", "stdout": "" });
    gives(json!({ "command": "echo oh >&2" }), json!([both]));
}

#[test]
fn a_code_that_is_not_0_is_a_failure() {
    for (command, message) in [
        ("echo 'no such thing' >&2; exit 3", "no such thing"),
        ("exit 3", "The command ended with code 3"),
        ("  ", "Command is empty"),
    ] {
        let params = json!({ "command": command });
        let error = block(Bench::new().run(case("executeCommand", "1", params))).unwrap_err();
        assert_eq!(error.message, message);
        assert_eq!(error.parameter, ["command"]);
    }
    let params = json!({ "executeOnce": false, "command": "=test {{ $json.n }} = 2 && echo yes" });
    let case = case("executeCommand", "1", params)
        .items(json!([{ "n": 1 }, { "n": 2 }]))
        .on_error(OnError::ContinueRegularOutput);
    let items = block(Bench::new().json(case))[0].clone();
    assert_eq!(items[0], json!({ "error": "The command ended with code 1" }));
    assert_eq!(items[1]["stdout"], "yes");
}
