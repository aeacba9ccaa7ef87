//! What imports what, and the circles in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::iter::successors;

use crate::parse::{Place, ROOT, Reference, Tree};
use crate::resolve::declaring_file;

/// Files or rooms, and the arrows between them.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// From each node to those that it imports, with one import as the evidence.
    arrows: BTreeMap<String, BTreeMap<String, String>>,
}

impl Graph {
    /// The imports between the files of a crate.
    pub(crate) fn of_files(tree: &Tree) -> Self {
        let mut graph = Self::default();
        for module in tree.modules.values() {
            graph.arrows.entry(module.file.clone()).or_default();
        }
        for reference in &tree.references {
            if reference.place == Place::ReExport && is_front_door(tree, reference) {
                continue;
            }
            if let Some(file) = declaring_file(tree, reference) {
                let path = reference.path.join("::");
                let evidence = format!("{} imports {file} (`{path}`)", reference.file);
                graph.add(&reference.file, file, &evidence);
            }
        }
        graph
    }

    /// The same imports between groups of nodes.
    pub(crate) fn merge(&self, group: impl Fn(&str) -> &str) -> Self {
        let mut graph = Self::default();
        for node in self.nodes() {
            graph.arrows.entry(group(node).to_owned()).or_default();
        }
        for (from, to, evidence) in self.arrows() {
            graph.add(group(from), group(to), evidence);
        }
        graph
    }

    fn add(&mut self, from: &str, to: &str, evidence: &str) {
        if from != to {
            let arrows = self.arrows.entry(from.to_owned()).or_default();
            arrows
                .entry(to.to_owned())
                .or_insert_with(|| evidence.to_owned());
        }
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = &str> {
        self.arrows.keys().map(String::as_str)
    }

    /// Each arrow: from, to, evidence.
    pub(crate) fn arrows(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.arrows.iter().flat_map(|(from, arrows)| {
            let arrows = arrows.iter();
            arrows.map(move |(to, evidence)| (from.as_str(), to.as_str(), evidence.as_str()))
        })
    }

    pub(crate) fn evidence(&self, from: &str, to: &str) -> Option<&str> {
        self.arrows.get(from)?.get(to).map(String::as_str)
    }

    /// The arrows that no detour over another node replaces. Of a graph without circles, they say all that
    /// the others say.
    pub(crate) fn shortest_arrows(&self) -> impl Iterator<Item = (&str, &str)> {
        let arrows = self.arrows().map(|(from, to, _)| (from, to));
        arrows.filter(|(from, to)| {
            let neighbours = self.arrows.get(*from).into_iter().flat_map(BTreeMap::keys);
            let mut others = neighbours.filter(|other| other != to);
            !others.any(|other| self.reaches(other, to))
        })
    }

    fn reaches(&self, from: &str, to: &str) -> bool {
        let mut seen = BTreeSet::from([from]);
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            for next in self.arrows.get(node).into_iter().flat_map(BTreeMap::keys) {
                if seen.insert(next) {
                    queue.push_back(next);
                }
            }
        }
        seen.contains(to)
    }

    /// The shortest circle through every node that is in one, each circle once.
    pub(crate) fn circles(&self) -> BTreeSet<Vec<&str>> {
        self.nodes()
            .filter_map(|node| self.shortest_circle(node))
            .collect()
    }

    /// The nodes of the circle in order, the first of the alphabet first.
    fn shortest_circle<'g>(&'g self, start: &'g str) -> Option<Vec<&'g str>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for next in self.arrows.get(node).into_iter().flat_map(BTreeMap::keys) {
                if next == start {
                    let back = successors(Some(node), |node| came_from.get(node).copied());
                    let mut circle: Vec<_> = back.collect();
                    circle.reverse();
                    let first = circle.iter().enumerate().min_by_key(|(_, node)| **node)?.0;
                    circle.rotate_left(first);
                    return Some(circle);
                }
                if !came_from.contains_key(next.as_str()) {
                    came_from.insert(next, node);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

/// Is it in lib.rs, a mod.rs, or a file that has a folder of its own? These files re-export a name to
/// offer it, and don't use it.
fn is_front_door(tree: &Tree, reference: &Reference) -> bool {
    let folder = format!("{}/", reference.file.trim_end_matches(".rs"));
    reference.file == ROOT
        || reference.file.ends_with("/mod.rs")
        || tree.files.iter().any(|file| file.starts_with(&folder))
}
