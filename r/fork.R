# Forked workers: what parallel's fork leaves for a process to do before it can pass for one that was started by itself.
#
# mcparallel() would end the child without unwinding it, and with it without the app's exit hooks. Hence the functions
# beneath it. A child that is not detached remains a zombie until rmChild(), so that the gateway can read how it ended.

# parallel's functions, and setsid(), which R has no function for; NULL where they can't be had.
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

# A function of the C library, which every R has loaded.
c_function <- function(name) {
  maps <- readLines("/proc/self/maps")
  library <- grep("/(libc[.-][^/]*|ld-musl[^/]*)$", maps, value = TRUE)
  dll <- dyn.load(sub("^[^/]*", "", library[1L]))
  getNativeSymbolInfo(name, dll)
}

# Base R's functions are read from its library when they are first used. What a child needs before it is ready is read
# before it is forked.
read_ahead <- function() {
  for (step in list(detach_child, own_streams, own_tempdir, own_random_numbers, connect_gateway)) {
    for (name in all.names(body(step), functions = TRUE, unique = TRUE)) get0(name, mode = "function")
  }
}

# R compiles what it calls a second time. What all workers call is compiled once, before the app is loaded, since
# closures are compiled along with the function that makes them.
compile_ahead <- function(names, envir) {
  for (name in names) {
    value <- get(name, envir)
    if (typeof(value) == "closure") assign(name, compiler::cmpfun(value, list(suppressAll = TRUE)), envir)
  }
}

# What the process must not lose while it lives: a connection that nobody knows is closed by gc().
kept <- new.env(parent = emptyenv())
kept$streams <- 0L

# In a new child: makes it a process of its own, whose files are in `folder`.
detach_child <- function(folder) {
  .C(fork_tools()$setsid) # a process group, to be signalled with all that it starts
  kept$output <- own_streams(folder)
  own_tempdir(folder)
  own_random_numbers()
  for (name in c("quit", "q")) replace_binding(name, baseenv(), leave_fork)
}

# stdin, stdout and stderr. R can't duplicate a descriptor, but what is opened gets the lowest one that is free.
own_streams <- function(folder) {
  reopen <- function(descriptor, open) {
    fork_tools()$closeFD(descriptor)
    open()
  }
  list(
    reopen(0L, function() file("/dev/null", "rb", raw = TRUE)),
    # Both ways, since it would wait for its reader otherwise.
    reopen(1L, function() fifo(file.path(folder, "stdout"), "w+b", blocking = TRUE)),
    reopen(2L, function() fifo(file.path(folder, "stderr"), "w+b", blocking = TRUE))
  )
}

# R keeps the name of its folder in C, out of reach. C code makes names with the process's id in them.
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

# Workers must not draw the same numbers. L'Ecuyer's generator has streams for that, which follow from the seed; others
# are seeded anew, from time and process id, when they are used.
own_random_numbers <- function() {
  if (is.null(get0(".Random.seed", globalenv(), inherits = FALSE))) return(invisible())
  rm(".Random.seed", envir = globalenv())
  if (!is.null(kept$stream)) assign(".Random.seed", kept$stream, globalenv())
}

# Before a fork: goes on to the stream of the worker of that number. They are numbered in order.
prepare_stream <- function(number) {
  if (RNGkind()[1L] != "L'Ecuyer-CMRG") return(invisible())
  if (is.null(kept$stream)) kept$stream <- get0(".Random.seed", globalenv(), inherits = FALSE)
  if (is.null(kept$stream)) return(invisible())
  for (i in seq_len(number - kept$streams)) kept$stream <- parallel::nextRNGStream(kept$stream)
  kept$streams <- number
}

# quit() in a child would remove the temporary folder of the process that it was forked from, and run finalizers of
# objects that belong to all.
leave_fork <- function(save = "no", status = 0, runLast = TRUE) { # nolint: object_name_linter.
  tools <- fork_tools()
  # It would wait for this signal from its parent, and fail at first when that has gone.
  tools::pskill(Sys.getpid(), tools::SIGUSR1)
  try(tools$mcexit(as.integer(status)), silent = TRUE)
  tools$mcexit(as.integer(status))
}
