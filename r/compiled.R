# A cache of compiled functions. Compiling what all workers run takes a second, longer than loading plumber.
#
# The file belongs to one version of these sources; R's own version is added to its name. Each function is checked
# against its source, so an entry that does not fit is compiled again. `file` is "" where there is no place for a cache.

# Returns `prepare(f)`, which returns `f` compiled, and `save()`, which writes what is new. compiles: whether to compile
# what the cache lacks; if not, `prepare` returns it as it is. home: the environment of these sources
compiled_functions <- function(file, models, compiles, home) {
  engine <- if (models) "models" else "plumber"
  if (nzchar(file)) file <- paste(file, engine, getRversion(), paste0(R.version$platform, ".rds"), sep = "-")
  entries <- read_compiled(file)
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
  list(prepare = prepare, save = function() if (changed) write_compiled(entries, file))
}

read_compiled <- function(file) {
  if (!file.exists(file)) return(list())
  tryCatch(readRDS(file), error = function(e) list(), warning = function(e) list())
}

# Another process may read or write the same file. A cache that can't be written is no reason to fail.
write_compiled <- function(entries, file) {
  if (!nzchar(file)) return(invisible())
  own <- paste0(file, ".", Sys.getpid())
  written <- tryCatch({
    saveRDS(entries, own, compress = FALSE)
    file.rename(own, file)
  }, error = function(e) FALSE, warning = function(e) FALSE)
  if (!written) unlink(own)
  invisible()
}
