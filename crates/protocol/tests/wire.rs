//! What goes over the wire comes back the same, and every code has its page.

use reporunner_model::{Edit, EditBatch, EditId, NodeId, Point, WorkflowId, limits};
use reporunner_protocol::{
    Code, CreateWorkflow, EditWorkflow, Failure, FromClient, ImportWorkflow, Request, StartRun,
};

#[test]
fn a_request_survives_the_wire() {
    let edits = vec![Edit::MoveNode { id: NodeId::new("a"), to: Point::new(20.0, -40.0) }];
    let batch =
        EditBatch { id: EditId::new("e1"), label: "Move a node".to_owned(), edits, author: None };
    let request = Request::from(EditWorkflow { id: WorkflowId::new("w"), batch });
    let frame = FromClient { id: 7, request };
    let text = serde_json::to_string(&frame).expect("frames are JSON");
    assert_eq!(serde_json::from_str::<FromClient>(&text).expect("and read back"), frame);
}

#[test]
fn a_file_that_fits_no_frame_is_told_of_as_a_file() {
    let text = "x".repeat(limits::FRAME_BYTES);
    let request = Request::from(ImportWorkflow { text: text.clone(), name: None });
    let failure = FromClient { id: 1, request }.encode().expect_err("it is too large");
    assert_eq!(failure, Failure::file_too_large("the file"));
    assert!(failure.message.ends_with("is larger than 16 MiB"), "{failure:?}");
    let request = Request::from(CreateWorkflow { name: text });
    let failure = FromClient { id: 1, request }.encode().expect_err("it is too large");
    assert!(failure.message.contains("33 MiB"), "{failure:?}");
}

#[test]
fn unknown_fields_are_refused() {
    let text = r#"{"command":"StopRun","run":"r","force":true}"#;
    assert!(serde_json::from_str::<Request>(text).is_err(), "no privileged field slips through");
}

#[test]
fn every_code_has_a_page_and_its_own_word() {
    for code in Code::ALL {
        assert!(code.help().starts_with("# "), "{} has a page", code.as_str());
        let word = serde_json::to_value(code).expect("codes are words");
        assert_eq!(word, code.as_str(), "the word on the wire is the one in the page's name");
    }
}

#[test]
fn a_run_needs_no_input() {
    let text = r#"{"command":"StartRun","workflow":"w","start":{"kind":"default"},"input":null,"options":{}}"#;
    let request: Request = serde_json::from_str(text).expect("it is complete");
    assert!(matches!(request, Request::StartRun(StartRun { input: None, .. })));
}
