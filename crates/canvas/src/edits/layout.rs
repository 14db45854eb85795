//! A layered layout: columns by longest way, few crossings, short level wires.
//!
//! The steps are Sugiyama's (K. Sugiyama, S. Tagawa, M. Toda: "Methods for visual understanding of
//! hierarchical system structures", 1981): break circles, assign columns, put a stand-in wherever
//! a link passes a column, order by the mean of neighbours, then place. Placing solves, column by
//! column, for the tops nearest to what the neighbours ask for with no overlap (pool adjacent
//! violators). It knows boxes and links, no workflow.

/// Height that a passing link takes in a column.
const LANE: f64 = 20.0;
/// Passes over all columns, there and back.
const SWEEPS: usize = 12;

/// One box to place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Card {
    /// Its height.
    pub(super) height: f64,
    /// Where it was: breaks ties, so that a tidy graph stays as it is.
    pub(super) hint: f64,
}

/// One link between boxes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// The box it leaves.
    pub(super) from: usize,
    /// The box it ends at.
    pub(super) to: usize,
    /// Where it leaves, from the top of its box.
    pub(super) from_y: f64,
    /// Where it ends, from the top of its box.
    pub(super) to_y: f64,
}

/// Where a box goes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// Its top.
    pub(super) y: f64,
    /// Its column, from 0.
    pub(super) column: usize,
}

/// Places boxes with `gap` between two in a column.
pub(super) fn layered(boxes: &[Card], links: &[Link], gap: f64) -> Vec<Place> {
    let links = without_circles(boxes, links);
    let columns = columns(boxes.len(), &links);
    let mut net = Net::new(boxes, &links, &columns);
    net.order();
    net.place(gap);
    (0..boxes.len()).map(|at| Place { y: net.y[at], column: columns[at] }).collect()
}

/// The links with those turned round that close a circle.
fn without_circles(boxes: &[Card], links: &[Link]) -> Vec<Link> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); boxes.len()];
    let mut entered = vec![0usize; boxes.len()];
    for (at, link) in links.iter().enumerate() {
        out[link.from].push(at);
        entered[link.to] += 1;
    }
    let mut state = vec![0u8; boxes.len()];
    let mut back = vec![false; links.len()];
    let mut starts: Vec<usize> = (0..boxes.len()).collect();
    starts.sort_by_key(|at| entered[*at] > 0);
    for start in starts {
        // (box, next of its links): depth first without recursion.
        let mut path = vec![(start, 0usize)];
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        while let Some((at, next)) = path.last_mut() {
            let Some(link) = out[*at].get(*next).copied() else {
                state[*at] = 2;
                path.pop();
                continue;
            };
            *next += 1;
            let to = links[link].to;
            match state[to] {
                0 => {
                    state[to] = 1;
                    path.push((to, 0));
                }
                1 => back[link] = true,
                _ => {}
            }
        }
    }
    let turned = links.iter().zip(back).filter(|(link, _)| link.from != link.to);
    turned
        .map(|(link, back)| match back {
            true => Link { from: link.to, to: link.from, from_y: link.to_y, to_y: link.from_y },
            false => *link,
        })
        .collect()
}

/// The column of each box: one after the last of those that lead to it.
fn columns(count: usize, links: &[Link]) -> Vec<usize> {
    let mut open = vec![0usize; count];
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    for link in links {
        open[link.to] += 1;
        out[link.from].push(link.to);
    }
    let mut column = vec![0usize; count];
    let mut ready: Vec<usize> = (0..count).filter(|at| open[*at] == 0).collect();
    let mut order = Vec::new();
    while let Some(at) = ready.pop() {
        order.push(at);
        for to in &out[at] {
            column[*to] = column[*to].max(column[at] + 1);
            open[*to] -= 1;
            if open[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    // A source that is needed late stands right before what it feeds.
    let fed: Vec<bool> = (0..count).map(|at| links.iter().any(|link| link.to == at)).collect();
    for at in order.into_iter().rev().filter(|at| !fed[*at]) {
        if let Some(first) = out[at].iter().map(|to| column[*to]).min() {
            column[at] = first.saturating_sub(1);
        }
    }
    column
}

/// Boxes and stand-ins, joined only between columns next to each other.
struct Net {
    /// Members of each column, from top to bottom.
    rows: Vec<Vec<usize>>,
    height: Vec<f64>,
    y: Vec<f64>,
    /// (neighbour, own port's offset minus the neighbour's).
    left: Vec<Vec<(usize, f64)>>,
    right: Vec<Vec<(usize, f64)>>,
    rank: Vec<f64>,
}

impl Net {
    fn new(boxes: &[Card], links: &[Link], columns: &[usize]) -> Self {
        let last = columns.iter().copied().max().unwrap_or(0);
        let mut net = Self {
            rows: vec![Vec::new(); last + 1],
            height: boxes.iter().map(|b| b.height).collect(),
            y: boxes.iter().map(|b| b.hint).collect(),
            left: vec![Vec::new(); boxes.len()],
            right: vec![Vec::new(); boxes.len()],
            rank: Vec::new(),
        };
        for (at, column) in columns.iter().enumerate() {
            net.rows[*column].push(at);
        }
        for link in links {
            let mut from = link.from;
            let mut from_y = link.from_y;
            let span = columns[link.from] + 1..columns[link.to];
            let passes = span.len();
            for (step, column) in span.enumerate() {
                let share = (step + 1) as f64 / (passes + 1) as f64;
                let hint = boxes[link.from].hint * (1.0 - share) + boxes[link.to].hint * share;
                let lane = net.height.len();
                net.height.push(LANE);
                net.y.push(hint);
                net.left.push(Vec::new());
                net.right.push(Vec::new());
                net.rows[column].push(lane);
                net.join(from, lane, from_y, LANE / 2.0);
                (from, from_y) = (lane, LANE / 2.0);
            }
            net.join(from, link.to, from_y, link.to_y);
        }
        net.rank = vec![0.0; net.height.len()];
        let y = net.y.clone();
        for row in &mut net.rows {
            row.sort_by(|a, b| y[*a].total_cmp(&y[*b]).then(a.cmp(b)));
        }
        net.rerank();
        net
    }

    fn join(&mut self, from: usize, to: usize, from_y: f64, to_y: f64) {
        self.right[from].push((to, to_y - from_y));
        self.left[to].push((from, from_y - to_y));
    }

    fn rerank(&mut self) {
        for row in &self.rows {
            for (at, member) in row.iter().enumerate() {
                self.rank[*member] = at as f64;
            }
        }
    }

    /// Orders each column by the mean of its neighbours, and keeps the order with fewest
    /// crossings.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.rows.clone());
        for sweep in 0..SWEEPS {
            if best.0 == 0 {
                break;
            }
            let leftward = sweep % 2 == 1;
            let mut order: Vec<usize> = (0..self.rows.len()).collect();
            if leftward {
                order.reverse();
            }
            for column in order {
                let near = if leftward { &self.right } else { &self.left };
                let mut keyed: Vec<(f64, usize)> = self.rows[column]
                    .iter()
                    .map(|member| {
                        // The offset of the port breaks ties between wires of one node.
                        let ranks = near[*member].iter().map(|(at, by)| self.rank[*at] - by * 1e-4);
                        let mean = mean(ranks).unwrap_or(self.rank[*member]);
                        (mean, *member)
                    })
                    .collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                self.rows[column] = keyed.into_iter().map(|(_, member)| member).collect();
                for (at, member) in self.rows[column].iter().enumerate() {
                    self.rank[*member] = at as f64;
                }
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.rows.clone());
            }
        }
        self.rows = best.1;
        self.rerank();
    }

    /// How often links cross between columns next to each other.
    fn crossings(&self) -> usize {
        self.rows.iter().map(|row| self.crossings_after(row)).sum()
    }

    fn crossings_after(&self, row: &[usize]) -> usize {
        let mut ends: Vec<usize> = Vec::new();
        let mut count = 0;
        for member in row {
            let mut links: Vec<usize> =
                self.right[*member].iter().map(|(to, _)| self.rank[*to] as usize).collect();
            links.sort_unstable();
            for end in &links {
                count += ends.len() - ends.partition_point(|other| other <= end);
            }
            for end in links {
                let at = ends.partition_point(|other| *other <= end);
                ends.insert(at, end);
            }
        }
        count
    }

    /// Finds tops that keep the order, leave `gap`, and draw links as level as possible.
    fn place(&mut self, gap: f64) {
        for column in 0..self.rows.len() {
            let mut at = 0.0;
            for member in self.rows[column].clone() {
                self.y[member] = at;
                at += self.height[member] + gap;
            }
        }
        for sweep in 0..SWEEPS {
            let leftward = sweep % 2 == 1;
            let mut order: Vec<usize> = (0..self.rows.len()).collect();
            if leftward {
                order.reverse();
            }
            for column in order {
                let near = if leftward { &self.right } else { &self.left };
                let wanted: Vec<(f64, f64)> = self.rows[column]
                    .iter()
                    .map(|member| {
                        let asked = near[*member].iter().map(|(at, by)| self.y[*at] + by);
                        match mean(asked) {
                            Some(y) => (y, near[*member].len() as f64),
                            None => (self.y[*member], 0.2),
                        }
                    })
                    .collect();
                self.settle(column, &wanted, gap);
            }
        }
    }

    /// Puts a column as near to the wanted tops (with weights) as its order and gaps allow.
    fn settle(&mut self, column: usize, wanted: &[(f64, f64)], gap: f64) {
        let row = &self.rows[column];
        let mut before = vec![0.0; row.len()];
        for at in 1..row.len() {
            before[at] = before[at - 1] + self.height[row[at - 1]] + gap;
        }
        // Blocks of (mean, weight, members): each block moves as one.
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        for (at, (y, weight)) in wanted.iter().enumerate() {
            let mut block = (y - before[at], *weight, 1);
            while let Some(last) = blocks.last().filter(|last| last.0 > block.0).copied() {
                let weight = last.1 + block.1;
                block = ((last.0 * last.1 + block.0 * block.1) / weight, weight, last.2 + block.2);
                blocks.pop();
            }
            blocks.push(block);
        }
        let mut at = 0;
        for (y, _, members) in blocks {
            for _ in 0..members {
                self.y[row[at]] = y + before[at];
                at += 1;
            }
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    (count > 0.0).then(|| sum / count)
}
