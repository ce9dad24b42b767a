# Files that an app reads and writes, as far as the code shows their paths. Needs syntax.R, scopes.R and app-model.R.

# For each function its formals up to the path, which is the last one.
file_writers <- list(
  write.csv = c("x", "file"), write.csv2 = c("x", "file"), write.table = c("x", "file"),
  write_csv = c("x", "file"), write_csv2 = c("x", "file"), write_tsv = c("x", "file"),
  write_delim = c("x", "file"), write_rds = c("x", "file"), write_lines = c("x", "file"),
  write_file = c("x", "file"), fwrite = c("x", "file"), saveRDS = c("object", "file"),
  save = c(character(), "file"), save.image = "file", dput = c("x", "file"), dump = c("list", "file"),
  cat = c("...", "file"), write = c("x", "file"), writeLines = c("text", "con"),
  writeBin = c("object", "con"), writeChar = c("object", "con"), sink = "file", write_json = c("x", "path"),
  write_yaml = c("x", "file"), write.xlsx = c("x", "file"), saveWorkbook = c("wb", "file"),
  write_xlsx = c("x", "path"), write_parquet = c("x", "sink"), write_feather = c("x", "sink"),
  write_fst = c("x", "path"), qsave = c("x", "file"), ggsave = "filename", png = "filename",
  jpeg = "filename", bmp = "filename", tiff = "filename", svg = "filename", pdf = "file",
  agg_png = "filename", svglite = "filename", saveWidget = c("widget", "file"),
  download.file = c("url", "destfile"), curl_download = c("url", "destfile"), file.copy = c("from", "to"),
  file.create = "...", zip = "zipfile", st_write = c("obj", "dsn"), write_sf = c("obj", "dsn"),
  xgb.save = c("model", "fname"), render = c("input", "output_format", "output_file"),
  quarto_render = c("input", "output_format", "output_file")
)

file_readers <- list(
  read.csv = "file", read.csv2 = "file", read.table = "file", read.delim = "file", read_csv = "file",
  read_csv2 = "file", read_tsv = "file", read_delim = "file", read_rds = "file", read_lines = "file",
  read_file = "file", fread = "input", readRDS = "file", load = "file", readLines = "con", readBin = "con",
  readChar = "con", scan = "file", fromJSON = "txt", read_json = "path", read_yaml = "file",
  yaml.load_file = "input", read_excel = "path", read.xlsx = "xlsxFile", read_xlsx = "path",
  read_parquet = "file", read_feather = "file", read_fst = "path", qread = "file", include_file = "file",
  dget = "file", st_read = "dsn", read_sf = "dsn"
)

# Devices that write to a file with a fixed name by default.
device_defaults <- c(
  png = "Rplot%03d.png", jpeg = "Rplot%03d.jpeg", bmp = "Rplot%03d.bmp", tiff = "Rplot%03d.tiff",
  svg = "Rplot%03d.svg", pdf = "Rplots.pdf"
)

io_functions <- c(names(file_writers), names(file_readers))

no_files <- c("", "/dev/null", "/dev/stdout", "/dev/stderr", "stdout", "stderr", "stdin", "clipboard")

note_io <- function(walk, name, expr, scope, ctx) {
  writing <- file_writers[[name]]
  formals <- if (is.null(writing)) file_readers[[name]] else writing
  if (is.null(formals)) return(invisible())
  given <- path_argument(name, expr, formals)
  path <- if (is.null(given)) default_path(name, expr, scope, walk) else path_of(walk, given, scope)
  if (is.null(path) || (path$kind == "constant" && path$text %in% no_files)) return(invisible())
  append <- isTRUE(path$append) || appends(name, expr)
  access <- list(writing = !is.null(writing), name = name, append = append, given = given)
  walk$io[[length(walk$io) + 1L]] <- c(path[c("kind", "text")], access, ctx)
}

# Arguments after `...` can only be given by name.
path_argument <- function(name, expr, formals) {
  wanted <- formals[[length(formals)]]
  if (name %in% c("cat", "save")) return(as.list(expr)[["file"]])
  if (wanted == "...") {
    args <- call_arguments(expr)
    return(if (length(args) > 0L) args[[1L]])
  }
  given <- call_argument(expr, formals, wanted)
  # readr's `path` and the devices' `file` are other names of the same argument.
  if (!is.null(given)) return(given)
  older <- intersect(c("path", "file", "filename"), names(expr))
  if (length(older) > 0L) as.list(expr)[[older[[1L]]]]
}

default_path <- function(name, expr, scope, walk) {
  # pdf(NULL) writes no file.
  if (any(vapply(as.list(expr), is.null, NA))) return(NULL)
  if (name %in% names(device_defaults)) return(list(kind = "constant", text = device_defaults[[name]]))
  if (!name %in% c("render", "quarto_render")) return(NULL)
  # Without output_file the report goes next to its source.
  input <- call_argument(expr, "input", "input")
  folder <- as.list(expr)[["output_dir"]]
  if (is.null(input)) return(NULL)
  path <- path_of(walk, input, scope)
  if (is.null(path) || !grepl("\\.(r|q)md", path$text, ignore.case = TRUE)) return(NULL)
  if (!is.null(folder)) {
    place <- path_of(walk, folder, scope)
    if (is.null(place) || place$kind != "constant") return(NULL)
  }
  list(kind = path$kind, text = paste("the report of", path$text))
}

appends <- function(name, expr) {
  append <- as.list(expr)[["append"]]
  if (is.null(append) && name == "write") {
    append <- call_argument(expr, c("x", "file", "ncolumns", "append"), "append")
  }
  isTRUE(append) || identical(append, as.symbol("T"))
}

unique_makers <- c(
  "tempfile", "file_temp", "local_tempfile", "tempdir", "path_temp", "local_tempdir", "UUIDgenerate",
  "uuid", "Sys.time", "Sys.getpid", "sample", "runif", "now", "random_id", "digest", "guid", "nullfile"
)

joining <- c(
  "paste0", "paste", "file.path", "path", "here", "sprintf", "glue", "normalizePath", "path.expand", "str_c"
)

# NULL if nothing is known, or list(kind, text, append). kind: "constant", "temporary", "shape" (depends on the request;
# text is its code) or "load" (a temporary name that was chosen while the app loaded).
path_of <- function(walk, expr, scope, depth = 0L) {
  if (depth > 10L) return(NULL)
  again <- function(expr, scope) path_of(walk, expr, scope, depth + 1L)
  if (is.character(expr)) return(list(kind = "constant", text = expr[[1L]]))
  if (is.symbol(expr)) return(path_of_name(walk, as.character(expr), scope, again))
  if (!is.call(expr)) return(NULL)
  name <- call_name(expr)
  if (name %in% unique_makers) return(list(kind = "temporary", text = ""))
  if (name == "Sys.getenv") return(list(kind = "constant", text = deparse1(expr)))
  if (name %in% c("file", "gzfile", "bzfile", "xzfile")) return(connection_path(expr, scope, again))
  if (name %in% c("(", "{", "invisible")) return(again(expr[[length(expr)]], scope))
  if (name %in% joining) return(joined_path(walk, expr, scope, again))
  if (any(unique_makers %in% all.names(expr))) list(kind = "temporary", text = "") else NULL
}

path_of_name <- function(walk, name, scope, again) {
  home <- find_scope(name, scope)
  values <- if (is.null(home)) {
    lapply(bindings_of(walk$model, name), function(entry) entry$value)
  } else {
    # An argument has no value here: it comes from the request or from the caller.
    home$values[[name]]
  }
  path <- one_path(lapply(values, again, scope = home))
  at_load <- is.null(home) || home$kind == "load"
  if (at_load && identical(path$kind, "temporary")) {
    # Each process has its own folder, but the name is drawn once, and forked workers share it.
    if ("tempfile" %in% unlist(lapply(values, all.names))) path$kind <- "load"
  }
  path
}

# The path if all values of a name agree, or a temporary one among several.
one_path <- function(paths) {
  if (length(paths) == 0L || any(vapply(paths, is.null, NA))) return(NULL)
  if (length(unique(paths)) == 1L) return(paths[[1L]])
  temporary <- Filter(function(path) path$kind == "temporary", paths)
  if (length(temporary) > 0L) temporary[[1L]]
}

# The path of a connection such as file("x.log", "a").
connection_path <- function(expr, scope, again) {
  description <- call_argument(expr, c("description", "open"), "description")
  if (is.null(description)) return(NULL)
  path <- again(description, scope)
  mode <- call_argument(expr, c("description", "open"), "open")
  if (!is.null(path)) path$append <- is.character(mode) && startsWith(mode, "a")
  path
}

joined_path <- function(walk, expr, scope, again) {
  parts <- lapply(call_arguments(expr), function(part) {
    if (is.numeric(part)) list(kind = "constant", text = as.character(part)) else again(part, scope)
  })
  kinds <- vapply(parts, function(part) if (is.null(part)) "unknown" else part$kind, "")
  if (any(kinds %in% c("temporary", "load")) || any(unique_makers %in% all.names(expr))) {
    return(list(kind = "temporary", text = ""))
  }
  if (length(kinds) == 0L || !all(kinds == "constant")) return(list(kind = "shape", text = deparse1(expr)))
  text <- lapply(parts, function(part) part$text)
  name <- call_name(expr)
  if (name == "sprintf") return(list(kind = "constant", text = do.call(paste, unname(text))))
  separator <- switch(name, paste0 = , str_c = , glue = "", paste = " ", "/")
  pieces <- unname(text[!names2(text) %in% c("sep", "collapse")])
  list(kind = "constant", text = do.call(paste, c(pieces, sep = separator)))
}

# The files outside of the app's folder that its code includes, or reads by a relative path, as far as it names them. An
# absolute path of data may be that of a volume.
files_outside <- function(file, directory) {
  files <- read_app_files(file, directory)
  walk <- new_walk(app_model(files, directory))
  walk_load(walk)
  walk_requests(walk)
  read <- Filter(function(access) !access$writing && access$kind == "constant", walk$io)
  data <- vapply(read, function(access) access$text, "")
  data <- file.path(directory, data[!grepl("^(/|~|[A-Za-z]+:)", data)])
  data <- data[file.exists(data) & !dir.exists(data)]
  paths <- unique(c(vapply(files, function(one) one$path, ""), normalizePath(data, winslash = "/")))
  folder <- normalizePath(directory, winslash = "/", mustWork = FALSE)
  paths <- paths[!startsWith(paths, paste0(sub("/+$", "", folder), "/"))]
  if (length(paths) == 0L) return(character())
  # A link in the folder leads to a file that an image contains.
  linked <- list.files(folder, all.files = TRUE, full.names = TRUE, recursive = TRUE)
  sort(setdiff(paths, normalizePath(linked, winslash = "/", mustWork = FALSE)))
}

# The rule that a file access breaks, and its severity; NULL if it breaks none.
judge_file <- function(access, all) {
  if (!access$writing || access$fn == 0L || access$kind == "temporary") return(NULL)
  if (is_read_elsewhere(access, all)) {
    careful <- is_file_guarded(access) || access$kind == "shape"
    return(list(rule = "shared-file", severity = if (careful) "note" else "warning"))
  }
  if (access$kind == "shape") return(NULL)
  if (access$append) return(list(rule = "shared-log", severity = "note"))
  careful <- is_file_guarded(access) || access$kind == "load"
  list(rule = "fixed-path", severity = if (careful) "note" else "warning")
}

is_read_elsewhere <- function(access, all) {
  any(vapply(all, function(other) {
    !other$writing && other$fn != access$fn && other$kind == access$kind && access$kind != "load" &&
      same_path(other, access)
  }, NA))
}

# As in if (!file.exists(path)) saveRDS(x, path): the first process writes it.
is_file_guarded <- function(access) {
  !is.null(access$given) && paste0("file:", deparse1(access$given)) %in% access$guards
}

same_path <- function(one, other) sub("^\\./", "", one$text) == sub("^\\./", "", other$text)
