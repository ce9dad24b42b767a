# Reads each value and serializes it again, in all formats in turn: Rscript echo.R FROM TO
arguments <- commandArgs(trailingOnly = TRUE)
input <- file(arguments[1L], "rb")
out <- file(arguments[2L], "wb")
index <- 0L
repeat {
  size <- readBin(input, "integer", 1L)
  if (!length(size)) break
  value <- unserialize(readBin(input, "raw", size))
  bytes <- serialize(value, NULL, xdr = index %% 2L == 0L, version = 2L + index %% 3L %/% 2L)
  writeBin(length(bytes), out)
  writeBin(bytes, out)
  index <- index + 1L
}
close(out)
