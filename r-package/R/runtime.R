# What runs the gateway: Node.js, or an executable that contains it.

# The oldest Node.js that the gateway supports.
oldest_node <- "20.19"

#' Find or install what runs the gateway
#'
#' The gateway of Penstock is a program for Node.js. `find_runtime()` looks for what can run it, in this order:
#'
#' 1. the executable that the environment variable `PENSTOCK_EXECUTABLE` names;
#' 2. the executable that `install_runtime()` has installed for this version of the package;
#' 3. Node.js 20.19 or newer: the one that `PENSTOCK_NODE` names, `node` in the `PATH`, and those of nvm, fnm, Volta,
#'    Homebrew and `/usr/local`.
#'
#' `install_runtime()` installs the executable, a single file with Node.js inside, in the folder that R keeps for this
#' package, `tools::R_user_dir("penstock")`. It asks first, and compares the file with its SHA-256 checksum.
#'
#' @param source Address or path of the executable of this version for this platform. By default the environment
#'   variable `PENSTOCK_RUNTIME_SOURCE`.
#' @param sha256 Its checksum. By default that in the file `SOURCE.sha256`.
#' @param ask Whether to ask for consent. Without a person to ask, `ask = FALSE` gives it.
#' @return `find_runtime()`: the program and its first arguments. `install_runtime()`: invisibly, the path of the
#'   executable.
#' @examples
#' \dontrun{
#' find_runtime()
#' install_runtime("penstock-0.1.0-linux-x64")
#' }
#' @export
find_runtime <- function() {
  given <- Sys.getenv("PENSTOCK_EXECUTABLE")
  if (nzchar(given)) {
    if (!file.exists(given)) stop("PENSTOCK_EXECUTABLE names ", given, ", which does not exist", call. = FALSE)
    return(given)
  }
  if (file.exists(runtime_file())) return(runtime_file())
  node <- find_node()
  if (is.null(node)) {
    stop("Penstock needs Node.js ", oldest_node, " or newer, and found none. Install it (https://nodejs.org), name it ",
         "in PENSTOCK_NODE, or install the executable: see ?install_runtime", call. = FALSE)
  }
  c(node, "--max-semi-space-size=64", file.path(gateway_folder(), "dist", "cli.js"))
}

#' @rdname find_runtime
#' @export
install_runtime <- function(source = Sys.getenv("PENSTOCK_RUNTIME_SOURCE"), sha256 = NULL, ask = TRUE) {
  if (!nzchar(source)) {
    stop("`source` must name the executable penstock-", package_version(), "-", platform(), ", an address or a file; ",
         "or set PENSTOCK_RUNTIME_SOURCE", call. = FALSE)
  }
  target <- runtime_file()
  if (ask) {
    if (!interactive()) stop("to install without being asked, call install_runtime(ask = FALSE)", call. = FALSE)
    question <- paste0("Install Penstock's executable (about 120 MB) as ", target, "?")
    if (!isTRUE(utils::askYesNo(question))) stop("not installed", call. = FALSE)
  }
  dir.create(dirname(target), recursive = TRUE, showWarnings = FALSE)
  file <- tempfile("runtime-", dirname(target))
  on.exit(unlink(file))
  obtain(source, file)
  expected <- if (is.null(sha256)) published_checksum(source) else sha256
  actual <- digest::digest(file = file, algo = "sha256")
  if (!identical(tolower(expected), actual)) {
    stop("the checksum of ", source, " is ", actual, ", not ", expected, ": it is damaged, or not what it should be",
         call. = FALSE)
  }
  Sys.chmod(file, "755")
  version <- tryCatch(
    processx::run(file, "--version", stderr = "|", cleanup_tree = TRUE)$stdout,
    error = function(e) stop(source, " does not run on this machine: ", conditionMessage(e), call. = FALSE)
  )
  if (trimws(version) != package_version()) {
    stop(source, " is version ", trimws(version), ", and this package is ", package_version(), call. = FALSE)
  }
  if (!file.rename(file, target)) stop("could not write ", target, call. = FALSE)
  message("Installed ", target)
  invisible(target)
}

obtain <- function(source, file) {
  if (grepl("^https?://", source)) {
    curl::curl_download(source, file)
  } else if (!file.copy(source, file)) {
    stop("could not read ", source, call. = FALSE)
  }
}

# In the format of sha256sum: the checksum, then the name of the file.
published_checksum <- function(source) {
  file <- tempfile("checksum-")
  on.exit(unlink(file))
  tryCatch(
    suppressWarnings(obtain(paste0(source, ".sha256"), file)),
    error = function(e) stop("`sha256` is needed: there is no ", source, ".sha256", call. = FALSE)
  )
  strsplit(readLines(file, n = 1L, warn = FALSE), "[[:space:]]+")[[1L]][[1L]]
}

runtime_file <- function() {
  name <- paste("penstock", package_version(), platform(), sep = "-")
  file.path(tools::R_user_dir("penstock", "data"), if (.Platform$OS.type == "windows") paste0(name, ".exe") else name)
}

# As in the names of executables.
platform <- function() {
  system <- switch(Sys.info()[["sysname"]], Linux = "linux", Darwin = "darwin", Windows = "win")
  machine <- Sys.info()[["machine"]]
  paste0(system, "-", switch(machine, `x86-64` = , x86_64 = "x64", aarch64 = , arm64 = "arm64", machine))
}

package_version <- function() as.character(utils::packageVersion("penstock"))

gateway_folder <- function() {
  folder <- system.file("gateway", package = "penstock")
  if (!nzchar(folder)) stop("this package was built without its gateway: use `npm run build:r-package`", call. = FALSE)
  folder
}

# NULL if there is none that is new enough.
find_node <- function() {
  given <- Sys.getenv("PENSTOCK_NODE")
  if (nzchar(given)) {
    if (!is_new_enough(given)) {
      stop("PENSTOCK_NODE names ", given, ", which is not Node.js ", oldest_node, " or newer", call. = FALSE)
    }
    return(given)
  }
  home <- path.expand("~")
  managed <- c(file.path(home, ".nvm/versions/node/*/bin/node"), file.path(home, ".volta/bin/node"),
               file.path(home, ".local/share/fnm/node-versions/*/installation/bin/node"))
  places <- c(Sys.which("node"), newest_first(Sys.glob(managed)),
              "/usr/local/bin/node", "/opt/homebrew/bin/node", "/usr/bin/node")
  for (place in unique(places[nzchar(places) & file.exists(places)])) if (is_new_enough(place)) return(place)
  NULL
}

newest_first <- function(paths) {
  versions <- numeric_version(sub(".*/v?([0-9][0-9.]*)/.*", "\\1", paths), strict = FALSE)
  paths[order(versions, decreasing = TRUE)]
}

is_new_enough <- function(node) {
  found <- tryCatch(processx::run(node, "--version", error_on_status = FALSE)$stdout, error = function(e) "")
  version <- numeric_version(sub("^v", "", trimws(found)), strict = FALSE)
  !is.na(version) && version >= oldest_node
}
