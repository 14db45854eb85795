//! Which rows and pages of a long list are needed. Pure.

use std::ops::Range;

/// Rows made beyond each edge of what is in sight.
const BEYOND: usize = 8;
/// Pages kept on each side of those in sight.
const PAGES_KEPT: usize = 3;

/// The rows to make, for what is in sight.
pub(super) fn rows(top: f64, height: f64, row: f64, total: usize) -> Range<usize> {
    let first = ((top.max(0.0) / row) as usize).saturating_sub(BEYOND);
    let last = ((top + height).max(0.0) / row).ceil() as usize + BEYOND;
    first.min(total)..last.min(total)
}

/// The pages that hold these rows.
pub(super) fn pages(rows: &Range<usize>, per_page: usize) -> Range<usize> {
    if rows.is_empty() {
        return 0..0;
    }
    rows.start / per_page..(rows.end - 1) / per_page + 1
}

/// Whether a page is kept while these are in sight.
pub(super) fn is_kept(page: usize, in_sight: &Range<usize>) -> bool {
    page + PAGES_KEPT >= in_sight.start && page < in_sight.end + PAGES_KEPT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_sight_is_made() {
        assert_eq!(rows(0.0, 320.0, 32.0, 1_000_000), 0..18);
        assert_eq!(rows(32_000.0, 320.0, 32.0, 1_000_000), 992..1018);
        assert_eq!(rows(0.0, 320.0, 32.0, 3), 0..3);
        assert_eq!(rows(99_999.0, 320.0, 32.0, 3), 3..3);
        assert_eq!(rows(-40.0, 320.0, 32.0, 100), 0..17, "a list pulled beyond its top");
    }

    #[test]
    fn rows_at_an_edge_need_both_pages() {
        assert_eq!(pages(&(0..18), 200), 0..1);
        assert_eq!(pages(&(190..210), 200), 0..2);
        assert_eq!(pages(&(200..400), 200), 1..2);
        assert_eq!(pages(&(0..0), 200), 0..0);
    }

    #[test]
    fn far_pages_are_let_go() {
        assert!(is_kept(2, &(5..6)) && is_kept(8, &(5..6)) && is_kept(0, &(0..1)));
        assert!(!is_kept(1, &(5..6)) && !is_kept(9, &(5..6)));
    }
}
