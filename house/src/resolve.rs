//! From a path as it is written to the module that declares what it names.

use std::collections::BTreeSet;
use std::slice;

use crate::parse::{Module, Names, Place, Reference, Tree, is_anchored};

struct Found<'t> {
    /// The module, or the one that declares the item.
    module: &'t Module,
    is_item: bool,
}

/// The imports that have been followed already: some lead to themselves.
type Followed = BTreeSet<(Names, String)>;

/// The file in which the named item is declared, or else that of the last module on the way to it.
/// `None` is another crate, or a local name.
pub(crate) fn declaring_file<'t>(tree: &'t Tree, reference: &Reference) -> Option<&'t str> {
    let Reference { module, path, .. } = reference;
    let shortest = usize::from(!is_anchored(path));
    let parts = (shortest..=path.len()).rev();
    let mut parts = parts.filter_map(|length| path.get(..length));
    let found = parts.find_map(|part| follow(tree, module, part, &mut Followed::new()))?;
    // A single name in code is an item or a variable, even if a module has the same name.
    let is_variable = reference.place == Place::Inline && path.len() == 1 && !found.is_item;
    (!is_variable).then_some(&found.module.file)
}

/// Does the path take a name from lib.rs that isn't one of its modules?
pub(crate) fn goes_through_lib(tree: &Tree, reference: &Reference) -> bool {
    let (start, rest) = start(&reference.module, &reference.path);
    let is_module = |name| tree.modules.contains_key(slice::from_ref(name));
    let name = rest.first().filter(|name| !is_module(*name));
    is_anchored(&reference.path) && start.is_empty() && name.is_some()
}

/// Where a path begins: the module, and the names from there on.
fn start<'p>(module: &[String], path: &'p [String]) -> (Names, &'p [String]) {
    match path {
        [first, rest @ ..] if first == "crate" => (Names::new(), rest),
        [first, rest @ ..] if first == "self" => start(module, rest),
        [first, rest @ ..] if first == "super" => {
            let parent = module.split_last().map(|(_, parent)| parent);
            start(parent.unwrap_or_default(), rest)
        }
        _ => (module.to_vec(), path),
    }
}

fn follow<'t>(
    tree: &'t Tree,
    module: &[String],
    path: &[String],
    followed: &mut Followed,
) -> Option<Found<'t>> {
    let (start, rest) = start(module, path);
    walk(tree, &start, rest, followed)
}

fn walk<'t>(
    tree: &'t Tree,
    at: &Names,
    path: &[String],
    followed: &mut Followed,
) -> Option<Found<'t>> {
    let module = tree.modules.get(at)?;
    let found = |is_item| Some(Found { module, is_item });
    let Some((name, rest)) = path.split_first() else {
        return found(false);
    };
    let below = [at.as_slice(), slice::from_ref(name)].concat();
    if tree.modules.contains_key(&below) {
        return walk(tree, &below, rest, followed);
    }
    if module.declared.contains(name) {
        return found(true);
    }
    if !followed.insert((at.clone(), name.clone())) {
        return None;
    }
    let import = module
        .imports
        .get(name)
        .map(|import| [import, rest].concat());
    let globs = module.globs.iter().map(|glob| [glob, path].concat());
    let mut targets = import.into_iter().chain(globs);
    targets.find_map(|target| follow(tree, at, &target, followed))
}
