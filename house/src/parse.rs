//! The modules of the crate, the names they declare, and the paths written in them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::visit::{self, Visit};
use syn::{Attribute, File, Ident, Item, ItemMod, Meta, UseTree, Visibility};

use crate::sources::Sources;

/// The file of the crate's root.
pub(crate) const ROOT: &str = "src/lib.rs";

/// The names that lead to a module or an item: `crate::http::Secret` is three of them. A path that
/// begins with `::` has an empty first name.
pub(crate) type Names = Vec<String>;

/// What the sources say, without the parts that are compiled for tests alone.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// By their path from the root, whose own path is empty.
    pub(crate) modules: BTreeMap<Names, Module>,
    /// Every path that is written somewhere.
    pub(crate) references: Vec<Reference>,
    /// The files that hold a module, those of tests included.
    pub(crate) files: BTreeSet<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) declared: BTreeSet<String>,
    /// What each imported name stands for.
    pub(crate) imports: BTreeMap<String, Names>,
    pub(crate) globs: Vec<Names>,
}

#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) file: String,
    pub(crate) module: Names,
    pub(crate) path: Names,
    pub(crate) place: Place,
}

/// Where a path is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In code: an expression, a type, a macro's argument.
    Inline,
    /// In a private `use`.
    Use,
    /// In a `use` with a visibility.
    ReExport,
}

/// Parses every file below `src`, and reads the modules of the crate from its root on.
pub(crate) fn parse(sources: &Sources) -> io::Result<Tree> {
    let mut parsed = Parsed::new();
    for (path, text) in sources.iter().filter(|(path, _)| path.starts_with("src/")) {
        let file = syn::parse_file(text);
        let file = file.map_err(|error| io::Error::other(format!("{path}: {error}")))?;
        parsed.insert(path, file);
    }
    let mut tree = Tree::default();
    read_file(&parsed, &mut tree, ROOT, Names::new(), false);
    Ok(tree)
}

type Parsed<'a> = BTreeMap<&'a str, File>;

/// Skips a file that is missing. rustc complains about that, and another rule complains about `#[path]`.
fn read_file(parsed: &Parsed<'_>, tree: &mut Tree, path: &str, module: Names, is_test: bool) {
    let Some((path, file)) = parsed.get_key_value(path) else {
        return;
    };
    tree.files.insert((*path).to_owned());
    let folder = match path.rsplit_once('/') {
        Some((folder, "lib.rs" | "mod.rs")) => folder,
        _ => path.trim_end_matches(".rs"),
    };
    let folder = folder.to_owned();
    let mut reader = Reader {
        parsed,
        tree,
        file: path,
        folder,
        module,
    };
    reader.read(&file.items, is_test || is_for_tests(&file.attrs));
}

/// Reads the items of one module.
struct Reader<'a> {
    parsed: &'a Parsed<'a>,
    tree: &'a mut Tree,
    file: &'a str,
    /// Where the files of its submodules are.
    folder: String,
    module: Names,
}

impl Reader<'_> {
    /// Reads all items, but only the submodules of a module for tests.
    fn read(&mut self, items: &[Item], is_test: bool) {
        if !is_test {
            let modules = &mut self.tree.modules;
            let module = modules.entry(self.module.clone()).or_default();
            self.file.clone_into(&mut module.file);
        }
        for item in items {
            let (attributes, name) = head(item);
            let is_test = is_test || is_for_tests(attributes);
            if let Item::Mod(item) = item {
                self.enter(item, is_test);
            } else if !is_test {
                if let (Some(name), Some(module)) = (name, self.this_module()) {
                    module.declared.insert(name.to_string());
                }
                self.visit_item(item);
            }
        }
    }

    fn enter(&mut self, item: &ItemMod, is_test: bool) {
        let (parsed, file) = (self.parsed, self.file);
        let name = item.ident.unraw().to_string();
        let folder = format!("{}/{name}", self.folder);
        let module = [self.module.as_slice(), &[name]].concat();
        if let Some((_, items)) = &item.content {
            let tree = &mut *self.tree;
            let mut reader = Reader {
                parsed,
                tree,
                file,
                folder,
                module,
            };
            reader.read(items, is_test);
        } else {
            for path in [format!("{folder}.rs"), format!("{folder}/mod.rs")] {
                read_file(parsed, self.tree, &path, module.clone(), is_test);
            }
        }
    }

    fn this_module(&mut self) -> Option<&mut Module> {
        self.tree.modules.get_mut(&self.module)
    }

    fn refer(&mut self, path: Names, place: Place) {
        self.tree.references.push(Reference {
            file: self.file.to_owned(),
            module: self.module.clone(),
            path,
            place,
        });
    }

    fn import(&mut self, tree: &UseTree, mut path: Names, place: Place) {
        let (last, name) = match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                return self.import(&part.tree, path, place);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, path.clone(), place);
                }
                return;
            }
            UseTree::Glob(_) => {
                if let Some(module) = self.this_module() {
                    module.globs.push(path.clone());
                }
                return self.refer(path, place);
            }
            UseTree::Name(leaf) => (leaf.ident.to_string(), None),
            UseTree::Rename(leaf) => (leaf.ident.to_string(), Some(leaf.rename.to_string())),
        };
        if last != "self" {
            path.push(last);
        }
        let name = name.or_else(|| path.last().cloned());
        if let (Some(name), Some(module)) = (name, self.this_module()) {
            module.imports.insert(name, path.clone());
        }
        self.refer(path, place);
    }

    /// Looks for paths of several names among tokens, which syn doesn't parse. Attributes have paths
    /// in strings: `with = "crate::json::seconds"`.
    fn read_tokens(&mut self, tokens: TokenStream, counts: fn(&Names) -> bool) {
        let mut path = Names::new();
        let mut colons = 0;
        for token in tokens.into_iter().map(Some).chain([None]) {
            match &token {
                Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                Some(TokenTree::Ident(ident)) if colons == 2 => {
                    path.push(ident.to_string());
                    colons = 0;
                    continue;
                }
                _ => {}
            }
            let finished = std::mem::take(&mut path);
            colons = 0;
            if finished.len() > 1 && counts(&finished) {
                self.refer(finished, Place::Inline);
            }
            match token {
                Some(TokenTree::Ident(ident)) => path.push(ident.to_string()),
                Some(TokenTree::Group(group)) => self.read_tokens(group.stream(), counts),
                Some(TokenTree::Literal(literal)) => {
                    let path = literal.to_string();
                    let path: Names = path
                        .trim_matches('"')
                        .split("::")
                        .map(str::to_owned)
                        .collect();
                    if is_anchored(&path) {
                        self.refer(path, Place::Inline);
                    }
                }
                Some(TokenTree::Punct(_)) | None => {}
            }
        }
    }
}

/// Leaves out what is compiled for tests alone.
macro_rules! skip_tests {
    ($($visit:ident($node:ident))*) => {$(
        fn $visit(&mut self, node: &'ast syn::$node) {
            if !is_for_tests(&node.attrs) {
                visit::$visit(self, node);
            }
        }
    )*};
}

impl<'ast> Visit<'ast> for Reader<'_> {
    skip_tests! {
        visit_arm(Arm) visit_expr_block(ExprBlock) visit_field(Field) visit_field_value(FieldValue)
        visit_impl_item_const(ImplItemConst) visit_impl_item_fn(ImplItemFn)
        visit_impl_item_macro(ImplItemMacro) visit_impl_item_type(ImplItemType)
        visit_local(Local) visit_stmt_macro(StmtMacro)
        visit_trait_item_const(TraitItemConst) visit_trait_item_fn(TraitItemFn)
        visit_trait_item_macro(TraitItemMacro) visit_trait_item_type(TraitItemType)
        visit_variant(Variant)
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(head(item).0) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let place = match item.vis {
            Visibility::Inherited => Place::Use,
            _ => Place::ReExport,
        };
        let path = item.leading_colon.iter().map(|_| String::new());
        self.import(&item.tree, path.collect(), place);
    }

    /// The body of `macro_rules!` is resolved where it is used, save for paths from the root.
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if item.ident.is_some() {
            let counts = |path: &Names| path.first().is_some_and(|name| name == "crate");
            self.read_tokens(item.mac.tokens.clone(), counts);
        } else {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        let colon = path.leading_colon.iter().map(|_| String::new());
        self.refer(colon.chain(names).collect(), Place::Inline);
        visit::visit_path(self, path);
    }

    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        self.read_tokens(tokens.clone(), |_| true);
    }

    /// `pub(in crate::engine)` depends on nothing.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}

/// Does the path say where it begins?
pub(crate) fn is_anchored(path: &Names) -> bool {
    matches!(
        path.first().map(String::as_str),
        Some("crate" | "self" | "super")
    )
}

/// An item's attributes, and the name that it declares.
fn head(item: &Item) -> (&[Attribute], Option<&Ident>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::ExternCrate(item) => (&item.attrs, None),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::ForeignMod(item) => (&item.attrs, None),
        Item::Impl(item) => (&item.attrs, None),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Mod(item) => (&item.attrs, None),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::TraitAlias(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Union(item) => (&item.attrs, Some(&item.ident)),
        Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.parse_args::<Meta>();
        attribute.path().is_ident("cfg") && condition.is_ok_and(|condition| needs_test(&condition))
    })
}

/// Is the condition false wherever `test` is?
fn needs_test(condition: &Meta) -> bool {
    let Meta::List(list) = condition else {
        return condition.path().is_ident("test");
    };
    let parts = syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated;
    let Ok(parts) = list.parse_args_with(parts) else {
        return false;
    };
    (list.path.is_ident("all") && parts.iter().any(needs_test))
        || (list.path.is_ident("any") && parts.iter().all(needs_test))
}
