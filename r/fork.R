# Forked workers: turns a fork of parallel into a process like one that was started by itself.
#
# mcparallel() ends the child without unwinding it, which skips the app's exit hooks. Hence the functions beneath it. A
# child that is not detached remains a zombie until rmChild(), so the gateway can read how it ended.

# parallel's functions, and setsid(), which R has no function for; NULL if they are not available.
fork_tools <- local({
  found <- FALSE
  tools <- NULL
  function() {
    if (!found) {
      found <<- TRUE
      parallel <- asNamespace("parallel")
      names <- c("mcfork", "mcexit", "rmChild", "closeFD")
      tools <<- tryCatch(c(mget(names, parallel), setsid = list(c_function("setsid"))), error = function(e) NULL)
    }
    tools
  }
})

# A function of the C library, which every R process has loaded.
c_function <- function(name) {
  maps <- readLines("/proc/self/maps")
  library <- grep("/(libc[.-][^/]*|ld-musl[^/]*)$", maps, value = TRUE)
  dll <- dyn.load(sub("^[^/]*", "", library[1L]))
  getNativeSymbolInfo(name, dll)
}

# R reads the functions of base from its library at their first use. This reads before the fork what each child needs
# after it.
load_base_functions <- function() {
  steps <- list(
    detach_child, own_streams, own_tempdir, own_random_numbers, connect_gateway, own_connection, close_own_connection
  )
  for (step in steps) {
    for (name in all.names(body(step), functions = TRUE, unique = TRUE)) get0(name, mode = "function")
  }
}

# Objects that live as long as the process: gc() closes a connection that has no reference.
kept <- new.env(parent = emptyenv())
kept$streams <- 0L

# Makes a new child a process of its own, with its files in `folder`.
detach_child <- function(folder) {
  .C(fork_tools()$setsid) # a process group, to be signalled with all that it starts
  kept$output <- lapply(own_streams(folder), own_connection)
  own_tempdir(folder)
  own_random_numbers()
  for (name in c("quit", "q")) replace_binding(name, baseenv(), leave_fork)
}

# Reopens stdin, stdout and stderr. R can't duplicate a descriptor, but a new one gets the lowest number that is free.
own_streams <- function(folder) {
  reopen <- function(descriptor, open) {
    fork_tools()$closeFD(descriptor)
    open()
  }
  list(
    reopen(0L, function() file("/dev/null", "rb", raw = TRUE)),
    # For reading too: otherwise opening it waits for its reader.
    reopen(1L, function() fifo(file.path(folder, "stdout"), "w+b", blocking = TRUE)),
    reopen(2L, function() fifo(file.path(folder, "stderr"), "w+b", blocking = TRUE))
  )
}

# R keeps the name of its own folder in C, where this can't change it. C code puts the process id into its file names.
own_tempdir <- function(folder) {
  own <- file.path(folder, basename(tempfile("Rtmp")))
  make <- function() dir.create(own, mode = "0700")
  make()
  replace_binding("tempdir", baseenv(), function(check = FALSE) {
    if (check && !dir.exists(own)) make()
    own
  })
  Sys.setenv(TMPDIR = folder)
}

# Workers must not draw the same random numbers. L'Ecuyer's generator has streams for that, which follow from the seed.
# Other generators get a new seed at their next use, from time and process id.
own_random_numbers <- function() {
  if (is.null(get0(".Random.seed", globalenv(), inherits = FALSE))) return(invisible())
  rm(".Random.seed", envir = globalenv())
  if (!is.null(kept$stream)) assign(".Random.seed", kept$stream, globalenv())
}

# Before a fork: advances to the stream of the worker with this number. The numbers increase.
prepare_stream <- function(number) {
  if (RNGkind()[1L] != "L'Ecuyer-CMRG") return(invisible())
  if (is.null(kept$stream)) kept$stream <- get0(".Random.seed", globalenv(), inherits = FALSE)
  if (is.null(kept$stream)) return(invisible())
  for (i in seq_len(number - kept$streams)) kept$stream <- parallel::nextRNGStream(kept$stream)
  kept$streams <- number
}

# Replaces quit() in a child. R's own would remove the temporary folder of the parent, and run finalizers of objects
# that belong to all.
leave_fork <- function(save = "no", status = 0, runLast = TRUE) { # nolint: object_name_linter.
  tools <- fork_tools()
  # mcexit() waits for this signal from the parent, and its first call fails if the parent has ended.
  tools::pskill(Sys.getpid(), tools::SIGUSR1)
  try(tools$mcexit(as.integer(status)), silent = TRUE)
  tools$mcexit(as.integer(status))
}
