# Finds the files of an app: parses them and follows source(), plumb() and similar calls, without running anything.
# Needs syntax.R.

most_app_files <- 500L
largest_app_file <- 5 * 1024^2

# Each file as list(path, shown, role, lines, code, error). `role`: a "plumber" file has annotations, an "entrypoint"
# builds a router, a "script" is only evaluated. A file that can't be parsed has an error with line and message, and no
# code.
read_app_files <- function(file, directory) {
  directory <- normalizePath(directory, mustWork = FALSE)
  entrypoint <- tolower(basename(file)) == "entrypoint.r"
  found <- list()
  constants <- new.env(parent = emptyenv())
  path <- resolve_file(file, directory)
  if (is.null(path)) return(found)
  waiting <- if (grepl("\\.ya?ml$", path)) {
    lapply(files_of_server(path), function(path) list(path = path, role = "plumber"))
  } else {
    list(list(path = path, role = if (entrypoint) "entrypoint" else "plumber"))
  }
  while (length(waiting) > 0L && length(found) < most_app_files) {
    path <- waiting[[1L]]$path
    role <- waiting[[1L]]$role
    waiting <- waiting[-1L]
    if (!is.null(found[[path]])) {
      # A file that is both sourced and plumbed has annotations.
      if (role == "plumber" && found[[path]]$role == "script") found[[path]]$role <- role
      next
    }
    found[[path]] <- read_app_file(path, role, directory)
    collect_constants(found[[path]]$code, constants, c(directory, dirname(path)))
    waiting <- c(waiting, included_files(found[[path]]$code, constants, c(directory, dirname(path))))
  }
  unname(found)
}

# The R files that `_server.yml` names: the routes and the constructor of the app.
files_of_server <- function(path) {
  text <- gsub("(^|\n)[[:space:]]*#[^\n]*", "\\1", paste(source_lines(path), collapse = "\n"))
  names <- regmatches(text, gregexpr("[^][:space:]\"'[,:{}]+\\.[rR]\\b", text))[[1L]]
  unlist(lapply(names, resolve_file, bases = dirname(path)))
}

# The path relative to the first base where it exists; NULL if it exists nowhere.
resolve_file <- function(path, bases, exists = file.exists) {
  if (grepl("^[a-z]{2,}://", path)) return(NULL)
  absolute <- grepl("^(/|~|[A-Za-z]:)", path)
  candidates <- if (absolute) path.expand(path) else file.path(c(bases, dirname(bases)), path)
  here <- candidates[exists(candidates)]
  if (length(here) > 0L) normalizePath(here[[1L]], winslash = "/") else NULL
}

read_app_file <- function(path, role, directory) {
  shown <- shown_path(path, directory)
  entry <- list(
    path = path, shown = shown, role = role, lines = character(), code = expression(), error = NULL
  )
  size <- file.size(path)
  if (is.na(size) || size > largest_app_file) return(entry)
  entry$lines <- tryCatch(source_lines(path), error = function(e) NULL)
  if (is.null(entry$lines)) {
    entry$lines <- character()
    entry$error <- list(line = 1L, message = "cannot be read")
    return(entry)
  }
  # A script may be in any encoding: source() has an argument for that.
  if (role != "script") entry$error <- encoding_fault(path)
  if (!is.null(entry$error)) return(entry)
  source <- srcfilecopy(shown, entry$lines)
  parsed <- tryCatch(
    parse(text = entry$lines, keep.source = TRUE, srcfile = source, encoding = "UTF-8"),
    error = function(e) parse_failure(conditionMessage(e))
  )
  if (is.list(parsed)) entry$error <- parsed else entry$code <- parsed
  entry
}

# R's message looks like "plumber.R:3:5: unexpected symbol\n2: …".
parse_failure <- function(text) {
  first <- strsplit(text, "\n", fixed = TRUE)[[1L]][[1L]]
  pattern <- "^.*?:([0-9]+):([0-9]+): *"
  line <- if (grepl(pattern, first)) as.integer(sub(paste0(pattern, ".*$"), "\\1", first)) else 1L
  list(line = line, message = sub(pattern, "", first))
}

shown_path <- function(path, directory) {
  prefix <- paste0(sub("/+$", "", normalizePath(directory, winslash = "/", mustWork = FALSE)), "/")
  if (startsWith(path, prefix)) substring(path, nchar(prefix) + 1L) else path
}

# Collects top-level names with a constant string, to follow calls such as `source(file.path(dir, "a.R"))`.
collect_constants <- function(code, constants, bases) {
  for (expr in as.list(code)) {
    pair <- plain_assignment(expr)
    if (is.null(pair)) next
    text <- constant_text(pair$value, constants)
    if (is.null(text)) text <- listed_files(pair$value, constants, bases)
    if (is.null(text)) {
      if (exists(pair$name, envir = constants, inherits = FALSE)) rm(list = pair$name, envir = constants)
    } else {
      assign(pair$name, text, envir = constants)
    }
  }
}

# The files that list.files("R", …) or Sys.glob("R/*.R") returns.
listed_files <- function(expr, constants, bases) {
  if (!is.call(expr)) return(NULL)
  if (is_call_to(expr, "Sys.glob") && length(expr) > 1L) {
    glob <- constant_text(expr[[2L]], constants)
    return(if (!is.null(glob)) Sys.glob(file.path(bases[[1L]], glob)))
  }
  if (!is_call_to(expr, c("list.files", "dir", "dir_ls"))) return(NULL)
  formals <- c("path", "pattern", "all.files", "full.names", "recursive")
  given <- call_argument(expr, formals, "path")
  path <- if (is.null(given)) "." else constant_text(given, constants)
  if (is.null(path)) return(NULL)
  folders <- unlist(lapply(path, resolve_file, bases = bases, exists = dir.exists))
  if (length(folders) == 0L) return(NULL)
  pattern <- constant_text(call_argument(expr, formals, "pattern"), constants)
  recursive <- isTRUE(call_argument(expr, formals, "recursive"))
  files <- list.files(folders, pattern = pattern, full.names = TRUE, recursive = recursive)
  files[grepl("\\.[rR]$", files)]
}

including_calls <- c(
  "source", "sys.source", "plumb", "pr", "$new", "load_all", "sourceDirectory", "source_dir",
  "use"
)

# The files that code includes as code: list(path, role) for each.
included_files <- function(code, constants, bases) {
  found <- list()
  add <- function(paths, role) {
    for (path in unlist(lapply(paths, resolve_file, bases = bases))) {
      if (!dir.exists(path)) found[[length(found) + 1L]] <<- list(path = path, role = role)
    }
  }
  walk <- function(expr) {
    if (is_pipe(expr)) expr <- unpipe(expr)
    include_call(expr, constants, bases, add)
    for (i in seq_along(expr)) if (is.call(expr[[i]])) walk(expr[[i]])
  }
  triggers <- c(sub("^[$]", "", including_calls))
  for (expr in as.list(code)) if (is.call(expr) && any(triggers %in% all.names(expr))) walk(expr)
  found
}

include_call <- function(call, constants, bases, add) {
  name <- call_name(call)
  if (name %in% c("source", "sys.source")) {
    add(constant_text(call_argument(call, "file", "file"), constants), "script")
  } else if (name %in% c("plumb", "pr") || (name == "$new" && tolower(class_name(call)) == "plumber")) {
    add(constant_text(call_argument(call, c("file", "dir"), "file"), constants), "plumber")
    if (name == "plumb") add(plumbed_directory(call, constants, bases), "plumber")
  } else if (name == "load_all") {
    add(package_scripts(call, constants, bases), "script")
  } else if (name %in% c("sourceDirectory", "source_dir")) {
    folder <- constant_text(call_argument(call, "path", "path"), constants)
    add(listed_files(as.call(list(as.symbol("list.files"), folder)), constants, bases), "script")
  } else if (is_box_use(call)) {
    modules <- box_names(call, "path")
    add(c(paste0(modules, ".R"), paste0(modules, ".r"), file.path(modules, "__init__.R")), "script")
  } else if (name == "for") {
    if (any(c("source", "sys.source") %in% all.names(call[[4L]]))) {
      add(file_names(call[[3L]], constants, bases), "script")
    }
  } else if (hands_on_source(call)) {
    for (arg in call_arguments(call)) add(file_names(arg, constants, bases), "script")
  }
}

# plumb(dir = ): entrypoint.R comes before plumber.R. Upper and lower case don't matter.
plumbed_directory <- function(call, constants, bases) {
  dir <- constant_text(call_argument(call, c("file", "dir"), "dir"), constants)
  if (is.null(dir) || !is.null(call_argument(call, c("file", "dir"), "file"))) return(NULL)
  folder <- resolve_file(dir[[1L]], bases, dir.exists)
  if (is.null(folder)) return(NULL)
  c(list.files(folder, "^entrypoint\\.r$", ignore.case = TRUE, full.names = TRUE),
    list.files(folder, "^plumber\\.r$", ignore.case = TRUE, full.names = TRUE))[1L]
}

package_scripts <- function(call, constants, bases) {
  given <- call_argument(call, "path", "path")
  path <- if (is.null(given)) "." else constant_text(given, constants)
  if (is.null(path)) return(NULL)
  folder <- resolve_file(file.path(path[[1L]], "R"), bases, dir.exists)
  if (is.null(folder)) NULL else list.files(folder, "\\.[rR]$", full.names = TRUE)
}

# lapply(files, source), or with a function that calls source().
hands_on_source <- function(call) {
  for (arg in call_arguments(call)) {
    if (is.symbol(arg) && as.character(arg) %in% c("source", "sys.source")) return(TRUE)
    if (is_function_literal(arg) && any(c("source", "sys.source") %in% all.names(arg))) return(TRUE)
  }
  FALSE
}

file_names <- function(expr, constants, bases) {
  text <- constant_text(expr, constants)
  text <- if (is.null(text)) listed_files(expr, constants, bases) else text
  text[grepl("\\.[rR]$", text)]
}
