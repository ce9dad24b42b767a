# Whether a process that has loaded an app may be forked. A fork copies memory and file descriptors, but only the thread
# that calls it. Code that relies on another thread, or on being the only user of a connection, breaks in the copies.

# Packages that don't survive a fork, although neither threads nor descriptors show it.
unforkable_packages <- c(
  "arrow", "h2o", "keras", "keras3", "polars", "reticulate", "rJava", "sparklyr", "tensorflow", "torch"
)

# Files that several processes can use through the same descriptor.
harmless_files <- c("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty")

# The threads and open files of this process; NULL without /proc.
process_resources <- function() {
  if (!dir.exists("/proc/self/task")) return(NULL)
  descriptors <- list.files("/proc/self/fd")
  # The descriptor that listed them is closed by now and reads "".
  open <- Sys.readlink(file.path("/proc/self/fd", descriptors))
  names(open) <- descriptors
  list(threads = length(list.files("/proc/self/task")), open = open[nzchar(open)])
}

# Why a process must not be forked, character(0) if it may be. before: its resources before it loaded the app
fork_obstacles <- function(before, now = process_resources(), packages = loadedNamespaces()) {
  if (is.null(before)) return("this system has no /proc to list what a process has open")
  if (is.null(fork_tools())) return("this R can't start a process group for a forked process")
  threads <- now$threads - before$threads
  unforkable <- intersect(packages, unforkable_packages)
  new <- now$open[!(now$open %in% c(before$open, harmless_files))]
  c(
    if (threads > 0L) sprintf("loading it started %d thread%s", threads, if (threads > 1L) "s" else ""),
    if (length(new)) paste("loading it left open:", paste(unique(open_name(new)), collapse = ", ")),
    if (length(unforkable)) paste("a forked process can't use", paste(unforkable, collapse = ", "))
  )
}

# A description of a target such as "socket:[4711]".
open_name <- function(target) {
  kind <- sub(":.*", "", target)
  ifelse(kind == "socket", "a network or database connection",
         ifelse(kind == "pipe", "a pipe", ifelse(startsWith(target, "/"), target, kind)))
}
