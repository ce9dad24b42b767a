# Judges the changes that outlive a request, after the walk through all of the app's code.
# Needs scopes.R, app-model.R and state-changes.R.

# "state": other requests must see it; "cache": each process can have its own; "scratch": set before each use; NULL:
# nothing outlives the request.
judge_write <- function(walk, write, writes) {
  if (write$lives == "object" && !object_lives(walk, write)) return(NULL)
  kin <- Filter(function(other) other$base == write$base && other$lives == write$lives, writes)
  if (all(vapply(kin, is_guarded, NA)) && !is_table_of_others(walk, write, kin)) return("cache")
  if (write$lives == "global" && is_scratch(walk, write, kin)) return("scratch")
  "state"
}

is_guarded <- function(write) {
  guards <- write$guards
  any(guards == "*" | guards == write$target | startsWith(write$target, paste0(guards, "[[")))
}

# As in x[[id]], but not in x or x[["id"]].
has_changing_key <- function(target) {
  grepl("[[", target, fixed = TRUE) && !grepl("[[\"", target, fixed = TRUE)
}

# Entries under changing keys that are read by functions which do not fill them: a table of users, not a cache.
is_table_of_others <- function(walk, write, kin) {
  if (!has_changing_key(write$target)) return(FALSE)
  writers <- vapply(kin, function(other) other$fn, 0L)
  readers <- vapply(walk$reads[[write$base]], function(read) read$fn, 0L)
  !all(readers %in% writers) || read_quietly(walk, write$base)
}

read_quietly <- function(walk, name) {
  for (quiet in walk$quiet) {
    if (name %in% quiet$used && !is_local(name, function_scope(quiet$literal, NULL))) return(TRUE)
  }
  FALSE
}

# Each reader has set it before in the same call, or a filter sets it for every request.
is_scratch <- function(walk, write, kin) {
  if (!write$whole || has_changing_key(write$target)) return(FALSE)
  same <- Filter(function(other) other$target == write$target, kin)
  if (length(same) < length(kin) && write$base == write$target) return(FALSE)
  whole <- Filter(function(other) other$whole, same)
  reads <- Filter(function(read) read$target %in% c(write$target, write$base), walk$reads[[write$base]])
  unset <- Filter(function(read) !is_set_before(read, whole), reads)
  every_request <- Filter(function(other) other$kind == "filter" && other$path == "/", whole)
  if (length(every_request) > 0L) {
    setters <- vapply(every_request, function(other) other$fn, 0L)
    return(!any(vapply(unset, function(read) read$fn %in% setters, NA)))
  }
  length(unset) == 0L && !read_quietly(walk, write$base)
}

is_set_before <- function(read, writes) {
  any(vapply(writes, function(write) {
    write$fn == read$fn && write$order < read$order && startsWith(read$path, write$path)
  }, NA))
}

# An object counts if it was made at load, requests use it, and they name the method.
object_lives <- function(walk, write) {
  if (!exists(write$method, envir = walk$members, inherits = FALSE)) return(FALSE)
  for (name in ls(walk$reached, all.names = TRUE)) {
    for (entry in bindings_of(walk$model, name)) if (is_instance(entry$value, write$class)) return(TRUE)
  }
  FALSE
}

is_instance <- function(value, class) {
  if (!is.call(value) || is_function_literal(value)) return(FALSE)
  used <- all.names(value)
  class %in% used && ("new" %in% used || call_name(value) == class)
}
