# Runs commands of the command line.

#' Run any command of Penstock
#'
#' @param ... The words of the command, as on the command line: `penstock("status", "my-api", "--watch")`.
#' @return Nothing; an error if the command fails.
#' @examples
#' \dontrun{
#' penstock("--help")
#' penstock("rollback", "my-api")
#' }
#' @export
penstock <- function(...) {
  finish(run_words(as.character(c(...))))
}

# The arguments of the calling function as flags. Names are those of the flags, with underscores.
call_flags <- function(frame = parent.frame()) {
  names <- setdiff(names(formals(sys.function(sys.parent()))), c("app", "target", "background", "open"))
  flag_words(mget(names, frame))
}

# Values of NULL are not passed.
flag_words <- function(flags) {
  words <- lapply(names(flags), function(name) {
    value <- flags[[name]]
    flag <- gsub("_", "-", name, fixed = TRUE)
    if (is.null(value)) return(NULL)
    if (isTRUE(value)) return(paste0("--", flag))
    if (isFALSE(value)) return(paste0("--no-", flag))
    if (!is.atomic(value) || !length(value) || anyNA(value)) {
      stop("`", name, "` must be a text, a number, TRUE or FALSE", call. = FALSE)
    }
    # as.character() would write 100000 as 1e+05.
    if (is.numeric(value)) value <- format(value, scientific = FALSE, trim = TRUE, digits = 15L)
    c(rbind(paste0("--", flag), as.character(value)))
  })
  as.character(unlist(words))
}

# fails: whether to fail if the command does; otherwise the result says whether it has succeeded
run_command <- function(name, target, flags, fails = TRUE) {
  status <- run_words(c(name, app_argument(target), flags))
  if (fails) finish(status)
  invisible(status == 0L)
}

finish <- function(status) {
  if (status != 0L) stop("Penstock has ended with exit code ", status, ": see its output above", call. = FALSE)
  invisible()
}

# Runs a command until it ends, and shows what it prints. An interrupt stops it, as Ctrl+C in a terminal does.
# on_line(line): called for each line of output
run_words <- function(words, on_line = function(line) NULL) {
  process <- start_process(words, stdout = "|", stderr = "2>&1")
  on.exit(process$kill_tree())
  rest <- ""
  show <- function() {
    text <- process$read_output()
    if (!nzchar(text)) return(FALSE)
    cat(text)
    utils::flush.console()
    lines <- strsplit(paste0(rest, text, " "), "\n", fixed = TRUE)[[1L]]
    rest <<- sub(" $", "", lines[[length(lines)]])
    for (line in lines[-length(lines)]) on_line(line)
    TRUE
  }
  while (process$is_alive()) {
    tryCatch({
      process$poll_io(500L)
      show()
    }, interrupt = function(e) process$signal(tools::SIGINT))
  }
  while (show()) NULL
  process$get_exit_status()
}

start_process <- function(words, ...) {
  command <- c(find_runtime(), words)
  processx::process$new(command[[1L]], command[-1L], ..., env = worker_environment(), cleanup_tree = TRUE)
}

# Workers are processes of this R, with the libraries of this session. Checks of packages set R_TESTS, which names a
# file that only they have.
worker_environment <- function() {
  rscript <- Sys.getenv("PENSTOCK_RSCRIPT", file.path(R.home("bin"), "Rscript"))
  c("current", R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep), R_TESTS = "", PENSTOCK_RSCRIPT = rscript)
}
