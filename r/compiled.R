# What R processes keep for those that start later, because to make it takes seconds: the functions of a worker
# (sources.R), and compiled functions of plumber.
#
# The files belong to one version of these sources; R's own version is added to their names. `file` is "" where there is
# no place for them.

# part: what the file has
kept_file <- function(file, part) paste(file, part, getRversion(), paste0(R.version$platform, ".rds"), sep = "-")

read_kept <- function(file, part) {
  path <- kept_file(file, part)
  if (!nzchar(file) || !file.exists(path)) return(NULL)
  tryCatch(readRDS(path), error = function(e) NULL, warning = function(e) NULL)
}

# Another process may read or write the same file. What can't be written is no reason to fail.
write_kept <- function(value, file, part) {
  if (!nzchar(file)) return(invisible())
  path <- kept_file(file, part)
  own <- paste0(path, ".", Sys.getpid())
  written <- tryCatch({
    saveRDS(value, own, compress = FALSE)
    file.rename(own, path)
  }, error = function(e) FALSE, warning = function(e) FALSE)
  if (!written) unlink(own)
  invisible()
}

# Returns `prepare(f)`, which returns `f` compiled, and `save()`, which writes what is new. Each function is checked
# against its source, so an entry that does not fit is compiled again. compiles: whether to compile what the file lacks;
# if not, `prepare` returns it as it is. home: the environment of these sources
compiled_functions <- function(file, compiles, home) {
  entries <- as.list(read_kept(file, "plumber"))
  asked <- 0L
  changed <- FALSE
  # Environments are not stored: the function gets its own again.
  names_of <- function(f) {
    function(env) if (identical(env, environment(f))) "own" else if (identical(env, home)) "home"
  }
  environments_of <- function(f) function(name) if (name == "own") environment(f) else home
  restore <- function(entry, f) {
    found <- tryCatch(unserialize(entry, refhook = environments_of(f)), error = function(e) NULL)
    if (identical(found, f, ignore.bytecode = TRUE, ignore.environment = TRUE, ignore.srcref = TRUE)) found
  }
  prepare <- function(f) {
    asked <<- asked + 1L
    found <- if (asked <= length(entries)) restore(entries[[asked]], f)
    if (!is.null(found)) return(found)
    if (!compiles) return(f)
    compiled <- compiler::cmpfun(f, list(suppressAll = TRUE))
    entries[[asked]] <<- serialize(compiled, NULL, xdr = FALSE, refhook = names_of(f))
    changed <<- TRUE
    compiled
  }
  list(prepare = prepare, save = function() if (changed) write_kept(entries, file, "plumber"))
}
