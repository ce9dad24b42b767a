# Notes which files an app reads while it is loaded: its code, models and data.
#
# Base R reads files through connections: source(), sys.source(), readRDS(), load(), read.csv(), readLines(), … open
# them with the functions below. Packages that open files in C (data.table, readr, xgboost, arrow) first pass the file's
# name to one of R's functions. While the app is loaded, these functions note their arguments.

file_openers <- c("file", "gzfile", "bzfile", "xzfile", "unz")
file_seekers <- c(file.exists = "...", normalizePath = "path", path.expand = "path", file.info = "...")

# Files that an app changes while it runs.
changing_files <- "\\.(log|db|sqlite3?|duckdb)(-?(wal|shm|journal))?$"
most_read_files <- 1000L

# Starts to note. Returns function(missing) that ends it and returns the paths, with `missing` also those of files that
# the app has not found.
note_read_files <- function() {
  seek <- file.exists
  resolve <- normalizePath
  read <- character()
  sought <- character()
  absolute <- function(paths) {
    folders <- resolve(dirname(paths), mustWork = FALSE)
    relative <- !startsWith(folders, "/")
    folders[relative] <- file.path(getwd(), folders[relative])
    file.path(folders, basename(paths))
  }
  written <- character()
  noting <- TRUE
  note <- function(paths, mode = "") {
    if (!noting || !is.character(paths) || length(paths) == 0L) return(invisible())
    noting <<- FALSE # the functions call each other
    on.exit(noting <<- TRUE)
    if (grepl("^[wa]", mode[1L])) {
      written <<- c(written, absolute(paths)) # the file may not exist yet
      return(invisible())
    }
    found <- paths[!is.na(paths) & nzchar(paths)]
    found <- found[!grepl("^[a-z]{2,}://", found)]
    exist <- seek(found)
    if (any(exist) && length(read) < most_read_files) read <<- unique(c(read, resolve(found[exist])))
    if (!all(exist) && length(sought) < most_read_files) sought <<- unique(c(sought, absolute(found[!exist])))
  }
  openers <- lapply(named_by_itself(file_openers), function(name) {
    noting_function(get(name, baseenv()), as.call(list(note, quote(description), quote(open))))
  })
  seekers <- lapply(named_by_itself(names(file_seekers)), function(name) {
    given <- if (file_seekers[[name]] == "...") quote(c(...)) else as.symbol(file_seekers[[name]])
    noting_function(get(name, baseenv()), as.call(list(note, given)))
  })
  replaced <- c(openers, seekers)
  originals <- mget(names(replaced), envir = baseenv())
  put <- function(functions) for (name in names(functions)) replace_binding(name, baseenv(), functions[[name]])
  put(replaced)
  function(missing = FALSE) {
    noting <<- FALSE
    put(originals)
    app_files(setdiff(c(read, if (missing) sought), written))
  }
}

named_by_itself <- function(names) {
  names(names) <- names
  names
}

# The function with a call before its body.
noting_function <- function(fun, call) {
  body(fun) <- call("{", call, body(fun))
  fun
}

# The paths without files of R, of packages and of the system.
app_files <- function(paths) {
  foreign <- normalizePath(c(R.home(), R.home("share"), .libPaths(), tempdir(), script_folder()), mustWork = FALSE)
  foreign <- c(foreign, "/proc", "/sys", "/dev", "/usr/share/zoneinfo", "/etc")
  inside <- function(path) any(startsWith(path, paste0(foreign, "/")))
  paths <- paths[!dir.exists(paths) & !grepl(changing_files, paths, ignore.case = TRUE)]
  sort(paths[!vapply(paths, inside, NA)])
}
