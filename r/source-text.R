# Reads R source files, which plumber takes for UTF-8 in any locale.

# The lines of a file without a byte order mark, which RStudio and Notepad write.
source_lines <- function(path) {
  lines <- suppressWarnings(readLines(path, warn = FALSE, encoding = "UTF-8", skipNul = TRUE))
  if (length(lines) > 0L) lines[[1L]] <- sub("^\xef\xbb\xbf", "", lines[[1L]], useBytes = TRUE)
  Encoding(lines) <- "UTF-8"
  lines
}

# Why a file is not UTF-8, list(line, message); NULL if it is.
encoding_fault <- function(path) {
  bytes <- readBin(path, "raw", file.size(path))
  mark <- paste(utils::head(bytes, 2L), collapse = "")
  if (mark %in% c("fffe", "feff") || any(bytes == 0L)) return(list(line = 1L, message = not_utf8("UTF-16")))
  lines <- strsplit(rawToChar(bytes), "\n", fixed = TRUE, useBytes = TRUE)[[1L]]
  bad <- which(!validUTF8(lines))
  if (length(bad) > 0L) list(line = bad[1L], message = not_utf8("Latin-1 or Windows-1252"))
}

not_utf8 <- function(encoding) {
  paste0("the file is not UTF-8 but probably ", encoding, ". Save it as UTF-8 (in RStudio: File > Save with Encoding)")
}
