# Whether a process that has loaded an app may be forked. A fork copies memory and descriptors, but only the thread that
# calls it: what relies on another thread, or on having a connection for itself, is broken in the copies.

# Packages that don't survive a fork although nothing of it shows in threads or descriptors.
fork_shy <- c("arrow", "h2o", "keras", "keras3", "polars", "reticulate", "rJava", "sparklyr", "tensorflow", "torch")

# Each process that has them open may use them as if they were its own.
harmless_files <- c("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty")

# What a process has open and runs, as the kernel sees it; NULL where it can't be asked.
process_holdings <- function() {
  if (!dir.exists("/proc/self/task")) return(NULL)
  descriptors <- list.files("/proc/self/fd")
  # The descriptor that listed them has gone and reads "".
  open <- Sys.readlink(file.path("/proc/self/fd", descriptors))
  names(open) <- descriptors
  list(threads = length(list.files("/proc/self/task")), open = open[nzchar(open)])
}

# Why a process must not be forked, character(0) if it may be.
# before: its holdings before it loaded the app
fork_obstacles <- function(before, now = process_holdings(), packages = loadedNamespaces()) {
  if (is.null(before)) return("this system does not say what a process has open")
  if (is.null(fork_tools())) return("this R can't give a forked process a group of its own")
  threads <- now$threads - before$threads
  shy <- intersect(packages, fork_shy)
  new <- now$open[!(now$open %in% c(before$open, harmless_files))]
  c(
    if (threads > 0L) sprintf("loading it started %d thread%s", threads, if (threads > 1L) "s" else ""),
    if (length(new)) paste("loading it left open:", paste(unique(open_name(new)), collapse = ", ")),
    if (length(shy)) paste("a forked process can't use", paste(shy, collapse = ", "))
  )
}

# Words for what "socket:[4711]" stands for.
open_name <- function(target) {
  kind <- sub(":.*", "", target)
  ifelse(kind == "socket", "a network or database connection",
         ifelse(kind == "pipe", "a pipe", ifelse(startsWith(target, "/"), target, kind)))
}
