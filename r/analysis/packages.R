# Finds the packages that an app needs, without running it. Needs syntax.R and app-files.R.

base_packages <- c(
  "base", "compiler", "datasets", "graphics", "grDevices", "grid", "methods", "parallel", "splines",
  "stats", "stats4", "tcltk", "tools", "utils"
)

# plumber's serializers and parsers that load another package at their first use.
annotation_packages <- c(
  csv = "readr", tsv = "readr", yaml = "yaml", feather = "arrow", parquet = "arrow",
  arrow_ipc_stream = "arrow", geojson = "geojsonsf", htmlwidget = "htmlwidgets", agg_jpeg = "ragg",
  agg_png = "ragg", agg_tiff = "ragg", svglite = "svglite"
)

# list(packages, errors). Each package: name, installed, version (the installed one), wanted (the version in renv.lock
# or DESCRIPTION), required (FALSE if the code works without it), file and line of the first use. Each error: file,
# line, message. Without a file only the engine is needed, the package that serves the app.
app_packages <- function(file, directory, project = directory, engine = "plumber") {
  files <- if (!is.null(file)) read_app_files(file, directory)
  uses <- c(
    list(list(name = engine, required = TRUE)),
    if (is_server_file(file)) list(list(name = "yaml", required = TRUE)),
    unlist(lapply(files, package_uses), recursive = FALSE),
    lock_uses(project),
    description_uses(directory)
  )
  names <- vapply(uses, function(use) use$name, "")
  packages <- lapply(unique(names), function(name) merge_uses(name, uses[names == name]))
  errors <- lapply(Filter(function(entry) !is.null(entry$error), files), function(entry) {
    list(file = entry$shown, line = entry$error$line, message = entry$error$message)
  })
  list(packages = packages[!unique(names) %in% base_packages], errors = c(errors, lock_errors(project)))
}

# Whether the app is a folder with `_server.yml`, which R reads with the package yaml.
is_server_file <- function(file) !is.null(file) && grepl("^_server\\.ya?ml$", basename(file))

# Joins the uses of a package: it is required if one use requires it. File and line are those of the first use.
merge_uses <- function(name, uses) {
  pick <- function(field) {
    values <- lapply(uses, function(use) use[[field]])
    values <- values[lengths(values) > 0L]
    if (length(values) > 0L) values[[1L]] else NULL
  }
  version <- installed_version(name)
  list(
    name = name,
    installed = !is.null(version),
    version = version,
    wanted = pick("wanted"),
    required = any(vapply(uses, function(use) use$required, NA)),
    file = pick("file"),
    line = pick("line")
  )
}

installed_version <- function(name) {
  folder <- suppressWarnings(find.package(name, quiet = TRUE))
  if (length(folder) == 0L) return(NULL)
  description <- file.path(folder[[1L]], "DESCRIPTION")
  version <- tryCatch(read.dcf(description, fields = "Version")[[1L]], error = function(e) NA)
  if (is.na(version)) NULL else version
}

package_uses <- function(entry) {
  found <- list()
  use <- function(names, line, required = TRUE) {
    for (name in names[is_package_name(names)]) {
      found[[length(found) + 1L]] <<- list(name = name, required = required, file = entry$shown, line = line)
    }
  }
  constants <- new.env(parent = emptyenv())
  collect_constants(entry$code, constants, dirname(entry$path))
  places <- attr(entry$code, "srcref")
  for (i in seq_along(entry$code)) {
    expr <- entry$code[[i]]
    if (is.call(expr)) walk_uses(expr, as.integer(places[[i]])[[1L]], constants, use)
  }
  if (entry$role == "plumber") annotation_uses(entry$lines, use)
  found
}

is_package_name <- function(text) grepl("^[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]$", text)

# line: that of the statement, because R only keeps these; constants: with the loop variable inside loops over names
walk_uses <- function(expr, line, constants, use, optional = FALSE) {
  if (is_pipe(expr)) expr <- unpipe(expr)
  name <- call_name(expr)
  package_call(expr, name, line, constants, use, optional)
  if (name == "for" && !is.null(packages <- constant_text(expr[[3L]], constants))) {
    constants <- with_constant(constants, as.character(expr[[2L]]), packages)
  }
  places <- attr(expr, "srcref")
  for (i in seq_along(expr)) {
    if (!is.call(expr[[i]])) next
    at <- if (i <= length(places)) as.integer(places[[i]])[[1L]] else line
    # Code that tests for the package works without it.
    asked <- optional || (i == 2L && name %in% c("if", "!", "&&", "||", "while"))
    walk_uses(expr[[i]], at, constants, use, asked)
  }
  if (is_function_literal(expr)) {
    defaults <- expr[[2L]]
    for (i in seq_along(defaults)) if (is.call(defaults[[i]])) walk_uses(defaults[[i]], line, constants, use)
  }
}

package_call <- function(expr, name, line, constants, use, optional) {
  if (name %in% c("::", ":::") && length(expr) == 3L) {
    use(as.character(expr[[2L]]), line)
  } else if (name %in% c("library", "require", "attachNamespace")) {
    use(attached_packages(expr, constants), line, !(optional && name == "require"))
  } else if (is_box_use(expr)) {
    use(box_names(expr, "symbol"), line)
  } else if (name %in% c("loadNamespace", "requireNamespace", "use")) {
    use(constant_text(call_argument(expr, "package", "package"), constants), line, name != "requireNamespace")
  } else if (name == "p_load") {
    named <- Filter(function(arg) is.symbol(arg) || is.character(arg), unnamed_arguments(expr))
    use(vapply(named, as.character, ""), line)
  } else if (name == "from" && identical(expr[[1L]], quote(import::from))) {
    first <- unnamed_arguments(expr)[1L]
    if (length(first) == 1L && !is.call(first[[1L]])) use(as.character(first[[1L]]), line)
  } else if (name == "data" || name == "system.file") {
    package <- as.list(expr)[["package"]]
    if (!is.null(package)) use(constant_text(package, constants), line)
  } else {
    mapped_packages(expr, line, constants, use)
  }
}

# library(x), library("x"), library(name, character.only = TRUE)
attached_packages <- function(expr, constants) {
  package <- call_argument(expr, c("package", "help"), "package")
  if (is.null(package)) return(NULL)
  by_value <- as.list(expr)[["character.only"]]
  if (isTRUE(by_value) || identical(by_value, as.symbol("T"))) return(constant_text(package, constants))
  if (is.symbol(package)) as.character(package) else constant_text(package, constants)
}

# lapply(c("a", "b"), library, character.only = TRUE) and similar calls
mapped_packages <- function(expr, line, constants, use) {
  loaders <- c("library", "require", "requireNamespace", "loadNamespace")
  args <- unname(call_arguments(expr))
  loading <- vapply(args, function(arg) {
    (is.symbol(arg) && as.character(arg) %in% loaders) ||
      (is_function_literal(arg) && any(loaders %in% all.names(arg[[3L]])))
  }, NA)
  if (!any(loading)) return(invisible())
  optional <- any(vapply(args[loading], function(arg) "requireNamespace" %in% all.names(arg), NA))
  for (arg in args[!loading]) {
    if (!is.numeric(arg)) use(constant_text(arg, constants), line, !optional)
  }
}

unnamed_arguments <- function(expr) {
  args <- call_arguments(expr)
  args[names2(args) == ""]
}

with_constant <- function(constants, name, value) {
  inner <- list2env(as.list(constants, all.names = TRUE), parent = emptyenv())
  assign(name, value, envir = inner)
  inner
}

annotation_uses <- function(lines, use) {
  pattern <- "^#['*]\\s*@(serializer|parser)\\s+(\\S+).*$"
  for (line in grep(pattern, lines)) {
    kind <- sub(pattern, "\\1", lines[[line]])
    name <- sub(pattern, "\\2", lines[[line]])
    if (name == "excel") use(if (kind == "parser") "readxl" else "writexl", line)
    else if (name %in% names(annotation_packages)) use(annotation_packages[[name]], line)
  }
}

# renv.lock is JSON whose records have "Package" and then "Version". Base R has no parser for JSON.
lock_uses <- function(directory) {
  path <- file.path(directory, "renv.lock")
  if (!file.exists(path)) return(list())
  text <- paste(suppressWarnings(readLines(path, warn = FALSE, encoding = "UTF-8")), collapse = "\n")
  pattern <- "\"(Package|Version)\"[[:space:]]*:[[:space:]]*\"([^\"]*)\""
  pairs <- regmatches(text, gregexpr(pattern, text))[[1L]]
  keys <- sub(pattern, "\\1", pairs)
  values <- sub(pattern, "\\2", pairs)
  at <- which(keys == "Package")
  lapply(at[is_package_name(values[at])], function(i) {
    version <- if (i < length(keys) && keys[[i + 1L]] == "Version") values[[i + 1L]]
    list(name = values[[i]], required = TRUE, wanted = version, file = "renv.lock",
         line = match_line(path, paste0("\"Package\"[[:space:]]*:[[:space:]]*\"", values[[i]], "\"")))
  })
}

lock_errors <- function(directory) {
  path <- file.path(directory, "renv.lock")
  if (!file.exists(path) || !is.null(match_line(path, "\"Packages\""))) return(list())
  list(list(file = "renv.lock", line = 1L, message = "is not a lock file of renv: it has no \"Packages\""))
}

match_line <- function(path, pattern) {
  at <- grep(pattern, suppressWarnings(readLines(path, warn = FALSE, encoding = "UTF-8")))
  if (length(at) > 0L) at[[1L]] else NULL
}

description_uses <- function(directory) {
  path <- file.path(directory, "DESCRIPTION")
  if (!file.exists(path)) return(list())
  fields <- tryCatch(read.dcf(path, fields = c("Depends", "Imports"))[1L, ], error = function(e) NULL)
  entries <- trimws(unlist(strsplit(fields[!is.na(fields)], ",")))
  entries <- entries[nzchar(entries)]
  uses <- lapply(entries, function(entry) {
    name <- sub("[[:space:]]*\\(.*$", "", entry)
    wanted <- if (grepl("(", entry, fixed = TRUE)) trimws(sub("^.*\\(([^)]*)\\).*$", "\\1", entry))
    list(name = name, required = TRUE, wanted = wanted, file = "DESCRIPTION",
         line = match_line(path, paste0("\\b", gsub(".", "\\.", name, fixed = TRUE), "\\b")))
  })
  Filter(function(use) use$name != "R" && is_package_name(use$name), uses)
}
