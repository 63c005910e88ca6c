//! Where may be written: below a root, and never through a symbolic link.

use camino::{Utf8Component, Utf8Path};

use crate::error::VerifyError;

/// Refuses a path that leaves the root, in so many words or through a link, or that is a link itself: what it leads to
/// would be changed, or the link would silently become a file.
pub(crate) fn inside(root: &Utf8Path, path: &Utf8Path) -> Result<(), VerifyError> {
    let mut at = root.to_owned();
    for component in path.components() {
        let Utf8Component::Normal(name) = component else {
            return Err(VerifyError::Outside {
                path: path.to_owned(),
            });
        };
        at.push(name);
        if at.is_symlink() {
            return Err(VerifyError::Link {
                path: path.to_owned(),
                link: at.strip_prefix(root).unwrap_or(&at).to_owned(),
            });
        }
    }
    if path.as_str().is_empty() {
        return Err(VerifyError::Outside {
            path: path.to_owned(),
        });
    }
    Ok(())
}

/// Makes the folder that a file is to lie in.
pub(crate) fn make_folder(file: &Utf8Path) -> Result<(), VerifyError> {
    let folder = file.parent().unwrap_or(file);
    std::fs::create_dir_all(folder).map_err(VerifyError::file("make", folder))
}

/// Removes the folders that a file left empty, up to the root.
pub(crate) fn remove_empty(root: &Utf8Path, file: &Utf8Path) {
    let mut folder = file.parent();
    while let Some(path) = folder.filter(|path| *path != root && path.starts_with(root)) {
        // Not empty: the end of the way up.
        if std::fs::remove_dir(path).is_err() {
            break;
        }
        folder = path.parent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_are_inside() {
        let root = Utf8Path::new("/nowhere");
        for path in ["a", "a/b.rs", "a/$(touch x).rs", "a; rm -r b"] {
            assert!(inside(root, Utf8Path::new(path)).is_ok(), "{path}");
        }
        for path in ["", "..", "../a", "a/../../b", "/etc/passwd"] {
            assert!(inside(root, Utf8Path::new(path)).is_err(), "{path}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_no_way_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        std::os::unix::fs::symlink("/", root.join("out")).expect("a link");
        assert!(inside(root, Utf8Path::new("out/x")).is_err());
        assert!(inside(root, Utf8Path::new("out")).is_err());
    }
}
